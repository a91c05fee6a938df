import path from 'node:path';
import { SrganError } from '../../system/errors.js';
import { readFile } from '../../system/files/fs.js';
import { costOf, type Cost } from '../graph/cost.js';
import type { Graph } from '../graph/graph.js';
import { receptiveField } from '../graph/receptive-field.js';
import { findKept, keptNames, type Kept } from './kept/kept-families.js';
import type { KeptRecord } from './kept/kept-record.js';
import { findPackage, readPackaged } from './packaged.js';
import { readOwn } from './load-own.js';
import { ownFamilies, type OwnFamily } from './own-families.js';
import { OWN_FACTOR } from '../../contract/own-names.js';
import { isPackaged, PACKAGED, type PackagedFamily } from './registry.js';
import { foldForTiles } from './network-file.js';

/** A family of networks, as `srgan models` shows it. */
export interface NetworkListing {
  readonly name: string;
  /** Undefined for our own networks and for kept ones that are not built in. */
  readonly package: string | undefined;
  /** Whether it can be run: its package is installed, or it is kept. */
  readonly installed: boolean;
  /** Version of the package and directory of the files, if it is installed. */
  readonly version: string | undefined;
  readonly directory: string | undefined;
  /** Undefined if unknown. */
  readonly licence: string | undefined;
  /** Its authors, or where it was added from. */
  readonly origin: string;
  /** Facts of a kept family. */
  readonly kept?: KeptFacts;
  readonly factors: readonly number[];
  readonly defaultFactor: number;
  /** One per factor; empty if it is not installed. */
  readonly networks: readonly NetworkDescription[];
}

export interface KeptFacts {
  /** ISO 8601 time. */
  readonly added: string;
  /** Source of the licence. */
  readonly licenceBy?: string;
  /** SHA-256 in hex of each file, by its path in the directory. */
  readonly files: Readonly<Record<string, string>>;
}

export interface NetworkDescription {
  readonly factor: number;
  /** Receptive-field radius in input pixels. */
  readonly radiusPx: number;
  /** Multiply-adds per input pixel. */
  readonly macsPerPixel: number;
  /** The same after folding, inside the image; only if it is less and was requested. */
  readonly foldedMacsPerPixel?: number;
  readonly liveFloatsPerPixel: number;
  readonly parameters: number;
}

export interface ListOptions {
  /** Also fold each network to report the gain, which takes a second. Default false. */
  readonly folding?: boolean;
}

/** @throws SrganError E_MODEL if an installed network, or the record of a kept one, is damaged */
export async function listNetworks({ folding = false }: ListOptions = {}): Promise<NetworkListing[]> {
  const listings: NetworkListing[] = [];
  for (const family of await ownFamilies()) listings.push(await listOwn(family, folding));
  for (const family of PACKAGED) listings.push(await listFamily(family, folding));
  return [...listings, ...(await listKept())];
}

/**
 * Lists kept families that are not built in, from their records alone.
 * @throws SrganError E_MODEL if a record is damaged
 */
export async function listKept(): Promise<NetworkListing[]> {
  const listings: NetworkListing[] = [];
  for (const name of await keptNames()) {
    const kept = isPackaged(name) ? undefined : await findKept(name);
    if (kept) listings.push(keptListing(kept));
  }
  return listings;
}

export function keptListing({ record, directory }: Kept): NetworkListing {
  const factors = record.networks.map(({ factor }) => factor);
  return {
    name: record.name,
    package: undefined,
    installed: true,
    version: undefined,
    directory,
    licence: record.licence?.licence,
    origin: record.origin,
    kept: keptFacts(record),
    factors,
    defaultFactor: factors.find((factor) => factor > 1) ?? factors[0] ?? 1,
    networks: record.networks.map((network) => ({
      factor: network.factor,
      radiusPx: network.radiusPx,
      macsPerPixel: network.macsPerPixel,
      ...(network.foldedMacsPerPixel !== undefined && { foldedMacsPerPixel: network.foldedMacsPerPixel }),
      liveFloatsPerPixel: network.liveFloatsPerPixel,
      parameters: network.parameters,
    })),
  };
}

const keptFacts = ({ added, licence, files }: KeptRecord): KeptFacts => ({
  added,
  ...(licence && { licenceBy: licence.by }),
  files,
});

async function listOwn(family: OwnFamily, folding: boolean): Promise<NetworkListing> {
  const { name, factors, files } = family;
  const networks: NetworkDescription[] = [];
  for (const factor of factors) {
    networks.push(
      descriptionOf(`${name} x${factor}`, (await readOwn(family, factor)).graph, factor, folding),
    );
  }
  return {
    name,
    package: undefined,
    installed: true,
    version: undefined,
    directory: path.dirname([...files.values()][0] ?? ''),
    licence: 'MIT',
    origin: 'srgan',
    factors,
    defaultFactor: OWN_FACTOR,
    networks,
  };
}

async function listFamily(family: PackagedFamily, folding: boolean): Promise<NetworkListing> {
  const { name, factors, defaultFactor, origin } = family;
  const { directory, kept } = (await findPackage(family)) ?? {};
  const { version, licence } = directory ? await packageFacts(directory) : {};
  const networks: NetworkDescription[] = [];
  for (const factor of directory ? factors : []) {
    const graph = await readPackaged(family, factor);
    networks.push(descriptionOf(`${family.name} x${factor}`, graph, factor, folding));
  }
  return {
    name,
    package: family.package,
    installed: directory !== undefined,
    version,
    directory,
    licence: licence ?? family.licence,
    origin,
    ...(kept && { kept: keptFacts(kept.record) }),
    factors,
    defaultFactor,
    networks,
  };
}

async function packageFacts(directory: string): Promise<{ version?: string; licence?: string }> {
  const file = path.join(directory, 'package.json');
  try {
    const facts: unknown = JSON.parse(await readFile(file, 'utf8'));
    const entries = new Map(Object.entries(facts as Record<string, unknown>));
    const word = (key: string) =>
      typeof entries.get(key) === 'string' ? String(entries.get(key)) : undefined;
    return { version: word('version'), licence: word('license') };
  } catch (cause) {
    throw new SrganError('E_MODEL', `${file}: the package cannot be read.`, { cause });
  }
}

function descriptionOf(title: string, graph: Graph, factor: number, folding: boolean): NetworkDescription {
  const { radiusPx } = receptiveField(title, graph);
  const cost = costOf(title, graph);
  const foldedMacsPerPixel = folding ? foldedMacs(title, graph, radiusPx, cost) : undefined;
  return { factor, radiusPx, ...cost, ...(foldedMacsPerPixel !== undefined && { foldedMacsPerPixel }) };
}

function foldedMacs(title: string, graph: Graph, radiusPx: number, cost: Cost): number | undefined {
  const folded = foldForTiles(title, graph, radiusPx);
  const macs = folded && costOf(title, folded.graph).macsPerPixel;
  return macs !== undefined && macs < cost.macsPerPixel ? macs : undefined;
}

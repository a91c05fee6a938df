import path from 'node:path';
import { SrganError } from '../errors.js';
import { readFile } from '../files/fs.js';
import { costOf, type Cost } from '../graph/cost.js';
import type { Graph } from '../graph/graph.js';
import { receptiveField } from '../graph/receptive-field.js';
import { locatePackage } from './locate.js';
import { readPackaged } from './packaged.js';
import { PACKAGED, type PackagedFamily } from './registry.js';
import { foldForTiles } from './tiled-network.js';

/** What `srgan models` shows of a family of networks. */
export interface NetworkListing {
  readonly name: string;
  readonly package: string;
  readonly installed: boolean;
  /** Version and directory of the package, where it is installed. */
  readonly version: string | undefined;
  readonly directory: string | undefined;
  readonly licence: string;
  readonly origin: string;
  readonly factors: readonly number[];
  readonly defaultFactor: number;
  /** One for each factor; empty where it is not installed. */
  readonly networks: readonly NetworkDescription[];
}

export interface NetworkDescription {
  readonly factor: number;
  /** Receptive-field radius in input pixels. */
  readonly radiusPx: number;
  /** Multiply-adds per input pixel. */
  readonly macsPerPixel: number;
  /** The same after folding, away from the image's border; only where that is less and was asked for. */
  readonly foldedMacsPerPixel?: number;
  readonly liveFloatsPerPixel: number;
  readonly parameters: number;
}

export interface ListOptions {
  /** Also fold each network to see what that gains, which takes a second. Default false. */
  readonly folding?: boolean;
}

/** @throws SrganError E_MODEL where an installed network is damaged */
export async function listNetworks({ folding = false }: ListOptions = {}): Promise<NetworkListing[]> {
  const listings: NetworkListing[] = [];
  for (const family of PACKAGED) listings.push(await listFamily(family, folding));
  return listings;
}

async function listFamily(family: PackagedFamily, folding: boolean): Promise<NetworkListing> {
  const { name, factors, defaultFactor, origin } = family;
  const directory = await locatePackage(family.package);
  const { version, licence } = directory ? await packageFacts(directory) : {};
  const networks: NetworkDescription[] = [];
  for (const factor of directory ? factors : []) {
    networks.push(await describe(family, factor, folding));
  }
  return {
    name,
    package: family.package,
    installed: directory !== undefined,
    version,
    directory,
    licence: licence ?? family.licence,
    origin,
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

async function describe(
  family: PackagedFamily,
  factor: number,
  folding: boolean,
): Promise<NetworkDescription> {
  const title = `${family.name} x${factor}`;
  const graph = await readPackaged(family, factor);
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

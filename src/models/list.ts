import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { SrganError } from '../errors.js';
import { costOf } from '../graph/cost.js';
import { receptiveField } from '../graph/receptive-field.js';
import { locatePackage } from './locate.js';
import { readPackaged } from './packaged.js';
import { PACKAGED, type PackagedFamily } from './registry.js';

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
  readonly liveFloatsPerPixel: number;
  readonly parameters: number;
}

/** @throws SrganError E_MODEL where an installed network is damaged */
export async function listNetworks(): Promise<NetworkListing[]> {
  const listings: NetworkListing[] = [];
  for (const family of PACKAGED) listings.push(await listFamily(family));
  return listings;
}

async function listFamily(family: PackagedFamily): Promise<NetworkListing> {
  const { name, factors, defaultFactor, origin } = family;
  const directory = await locatePackage(family.package);
  const { version, licence } = directory ? await packageFacts(directory) : {};
  const networks: NetworkDescription[] = [];
  for (const factor of directory ? factors : []) networks.push(await describe(family, factor));
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

async function describe(family: PackagedFamily, factor: number): Promise<NetworkDescription> {
  const title = `${family.name} x${factor}`;
  const graph = await readPackaged(family, factor);
  return { factor, radiusPx: receptiveField(title, graph).radiusPx, ...costOf(title, graph) };
}

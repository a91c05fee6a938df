import { SrganError } from '../../system/errors.js';
import { haloOf } from '../tiles/choose-grid.js';
import { fileKind } from './file/files.js';
import { type Finding, statedFile } from './identify/stated-facts.js';
import { type NetworkDescription, keptListing, type NetworkListing } from './list-networks.js';
import path from 'node:path';
import { checkKept, findKept } from './kept/kept-families.js';

/** Facts about a user's network, as `srgan models info` shows them. */
export interface FileDescription {
  readonly name: string;
  readonly file: string;
  readonly format: string;
  /** The file with stated facts, if there is one. */
  readonly statedIn?: string;
  readonly title?: string;
  readonly licence?: string;
  readonly origin?: string;
  readonly factor: number;
  /** Value range that the adapted network runs with. */
  readonly inputRange: 1 | 255;
  readonly outputRange: 1 | 255;
  /** Width by which adjacent tiles overlap. */
  readonly haloPx: number;
  /** Sides of an image are padded to multiples of this. */
  readonly alignPx: number;
  /** Number of whole-image means that it uses. */
  readonly means: number;
  readonly network: NetworkDescription;
  readonly findings: readonly Finding[];
}

/** @throws SrganError E_MODEL */
export async function describeFile(file: string): Promise<FileDescription> {
  const kind = await fileKind(file);
  if (!kind) throw new SrganError('E_MODEL', `${file}: the file name is not that of a network.`);
  const { family, load, parameters, findings, stated } = await kind.open(kind.file, true);
  const network = await load();
  const { factor, inputRange, outputRange, radiusPx, macsPerPixel, liveFloatsPerPixel } = network;
  const { title, licence, origin } = stated;
  const foldedMacs = network.tiled?.bySides[0]?.work.perPixel;
  return {
    name: family.name,
    file,
    format: kind.format,
    ...(Object.keys(stated).length > 0 && { statedIn: statedFile(kind.file) }),
    ...(title !== undefined && { title }),
    ...(licence !== undefined && { licence }),
    ...(origin !== undefined && { origin }),
    factor,
    inputRange,
    outputRange,
    haloPx: haloOf(network),
    alignPx: network.alignPx ?? 1,
    means: network.means?.steps.length ?? 0,
    network: {
      factor,
      radiusPx,
      macsPerPixel,
      ...(foldedMacs !== undefined && foldedMacs < macsPerPixel && { foldedMacsPerPixel: foldedMacs }),
      liveFloatsPerPixel,
      parameters,
    },
    findings,
  };
}

/** Facts about a kept family, as `srgan models info` shows them. */
export interface KeptDescription {
  readonly listing: NetworkListing;
  /** One per factor. */
  readonly files: FileDescription[];
}

/** @throws SrganError E_MODEL if a file has changed since it was kept */
export async function describeKept(name: string): Promise<KeptDescription | undefined> {
  const kept = await findKept(name);
  if (!kept) return undefined;
  const files: FileDescription[] = [];
  for (const network of kept.record.networks) {
    await checkKept(kept, network);
    files.push(await describeFile(path.join(kept.directory, ...network.file.split('/'))));
  }
  return { listing: keptListing(kept), files };
}

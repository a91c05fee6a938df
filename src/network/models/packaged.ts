import path from 'node:path';
import type { NetworkFile } from '../../contract/engine.js';
import { SrganError } from '../../system/errors.js';
import { emitOnnx } from '../graph/emit-onnx.js';
import type { Graph } from '../graph/graph.js';
import { graphNetwork, factsOf } from './network-file.js';
import { readKerasFile } from './file/keras-file.js';
import { checkKept, findKept, type Kept } from './kept/kept-families.js';
import { locatePackage } from './file/packages.js';
import type { PackagedFamily } from './registry.js';

/**
 * @param fold also make forms for tiles
 * @throws SrganError E_MODEL if the package is not installed or its files are damaged
 */
export async function loadPackaged(
  family: PackagedFamily,
  factor: number,
  fold: boolean,
): Promise<NetworkFile> {
  const title = `${family.name} x${factor}`;
  const graph = await readPackaged(family, factor);
  const { range, feltPx } = family;
  const facts = factsOf(title, graph, range, range);
  return graphNetwork(
    title,
    graph,
    emitOnnx(graph),
    feltPx === undefined ? facts : { ...facts, feltPx },
    // their results must stay the same, byte for byte
    fold ? 'folded' : 'none',
  );
}

/** @throws SrganError E_MODEL */
export async function readPackaged(family: PackagedFamily, factor: number): Promise<Graph> {
  return readKerasFile(await packagedHeader(family, factor));
}

/** @throws SrganError E_MODEL when the package is not installed */
export async function packagedHeader(family: PackagedFamily, factor: number): Promise<string> {
  const { directory, kept } = await placeOf(family);
  const network = kept?.record.networks.find((each) => each.factor === factor);
  if (kept && network) await checkKept(kept, network);
  return path.join(directory, 'models', `x${factor}`, 'model.json');
}

/** @throws SrganError E_MODEL when the package is neither installed nor kept */
export async function packageDirectory(family: PackagedFamily): Promise<string> {
  return (await placeOf(family)).directory;
}

interface Place {
  readonly directory: string;
  /** Set if the package is kept and not installed. */
  readonly kept?: Kept;
}

/** Finds a family's package; undefined if it is neither installed nor kept. */
export async function findPackage(family: PackagedFamily): Promise<Place | undefined> {
  const directory = await locatePackage(family.package);
  if (directory !== undefined) return { directory };
  const kept = await findKept(family.name);
  return kept && { directory: kept.directory, kept };
}

async function placeOf(family: PackagedFamily): Promise<Place> {
  const place = await findPackage(family);
  if (place) return place;
  throw new SrganError('E_MODEL', `${family.name}: this network is not installed.`, {
    hint: `srgan models add ${family.package}, or npm install ${family.package}`,
  });
}

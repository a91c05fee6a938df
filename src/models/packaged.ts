import path from 'node:path';
import type { NetworkFile } from '../engines/engine.js';
import { SrganError } from '../errors.js';
import { emitOnnx } from '../graph/emit-onnx.js';
import type { Graph } from '../graph/graph.js';
import { graphNetwork } from './graph-network.js';
import { readKerasFile } from './keras-file.js';
import { locatePackage } from './locate.js';
import { factsOf } from './network-file.js';
import type { PackagedFamily } from './registry.js';

/**
 * @param fold also make the network's forms for tiles
 * @throws SrganError E_MODEL when the package is not installed, or its files are damaged
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
    fold,
  );
}

/** @throws SrganError E_MODEL */
export async function readPackaged(family: PackagedFamily, factor: number): Promise<Graph> {
  return readKerasFile(await packagedHeader(family, factor));
}

/** @throws SrganError E_MODEL when the package is not installed */
export async function packagedHeader(family: PackagedFamily, factor: number): Promise<string> {
  return path.join(await packageDirectory(family), 'models', `x${factor}`, 'model.json');
}

/** @throws SrganError E_MODEL when the package is not installed */
export async function packageDirectory(family: PackagedFamily): Promise<string> {
  const directory = await locatePackage(family.package);
  if (directory !== undefined) return directory;
  throw new SrganError('E_MODEL', `${family.name}: this network is not installed.`, {
    hint: `npm install ${family.package}`,
  });
}

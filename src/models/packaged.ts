import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import type { NetworkFile } from '../engines/engine.js';
import { asSrganError, SrganError } from '../errors.js';
import { emitOnnx } from '../graph/emit-onnx.js';
import type { Graph } from '../graph/graph.js';
import { damaged } from '../graph/order.js';
import { readKeras, type ReadShards } from '../graph/read-keras.js';
import { locatePackage } from './locate.js';
import { factsOf, networkFile } from './network-file.js';
import type { PackagedFamily } from './registry.js';

/** @throws SrganError E_MODEL when the package is not installed, or its files are damaged */
export async function loadPackaged(family: PackagedFamily, factor: number): Promise<NetworkFile> {
  const title = `${family.name} x${factor}`;
  const graph = await readPackaged(family, factor);
  const { range, feltPx } = family;
  const facts = factsOf(title, graph, range, range);
  return networkFile(title, emitOnnx(graph), feltPx === undefined ? facts : { ...facts, feltPx });
}

/** @throws SrganError E_MODEL */
export async function readPackaged(family: PackagedFamily, factor: number): Promise<Graph> {
  return readPackagedFrom(path.join(await packageDirectory(family), 'models', `x${factor}`));
}

/**
 * @param directory holds model.json and its weight files
 * @throws SrganError E_MODEL
 */
export async function readPackagedFrom(directory: string): Promise<Graph> {
  const header = path.join(directory, 'model.json');
  try {
    return await readKeras(header, await readFile(header, 'utf8'), shardsIn(directory));
  } catch (error) {
    throw asSrganError(error, 'E_MODEL', `${header}: the network cannot be read.`);
  }
}

/** @throws SrganError E_MODEL when the package is not installed */
export async function packageDirectory(family: PackagedFamily): Promise<string> {
  const directory = await locatePackage(family.package);
  if (directory !== undefined) return directory;
  throw new SrganError('E_MODEL', `${family.name}: this network is not installed.`, {
    hint: `npm install ${family.package}`,
  });
}

/** Sizes are compared before a byte is read, so that a wrong header costs no memory. */
function shardsIn(directory: string): ReadShards {
  return async (paths, expectedBytes) => {
    const files = paths.map((name) => within(directory, name));
    const sizes = await Promise.all(files.map(async (file) => (await stat(file)).size));
    const bytes = sizes.reduce((sum, size) => sum + size, 0);
    if (bytes !== expectedBytes) {
      throw damaged(directory, `its weight files hold ${bytes} bytes where ${expectedBytes} are needed`);
    }
    return Buffer.concat(await Promise.all(files.map((file) => readFile(file))));
  };
}

function within(directory: string, name: string): string {
  if (path.basename(name) === name && name !== '..') return path.join(directory, name);
  throw damaged(directory, `its weight file '${name}' lies elsewhere`);
}

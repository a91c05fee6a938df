import path from 'node:path';
import { asSrganError, SrganError } from '../../../system/errors.js';
import type { Graph } from '../../graph/graph.js';
import { readKeras, type ReadShards } from '../../graph/read/keras/read-keras.js';
import { isGraphModel } from '../../graph/read/keras/keras-model.js';
import { kerasColours } from '../identify/colours.js';
import { knownFamily } from './packages.js';
import { modelJsonName, readModelJson, type OpenedFile } from './read-file.js';
import { openGraph } from './open-graph.js';
import { readFile, stat } from '../../../system/files/fs.js';
import { damaged } from '../../graph/order.js';

/**
 * Reads a Keras network from a model.json and its weight files.
 * @throws SrganError E_MODEL
 */
export async function readKerasFile(header: string): Promise<Graph> {
  const { text, json } = await readModelJson(header);
  if (isGraphModel(json)) {
    throw new SrganError('E_MODEL', `${header}: this is a graph-model, not a layers-model.`, {
      hint: '--engine tfjs runs it.',
    });
  }
  try {
    return await readKeras(header, text, shardsIn(path.dirname(header)));
  } catch (error) {
    throw asSrganError(error, 'E_MODEL', `${header}: the network cannot be read.`);
  }
}

/**
 * Opens a user's layers-model as ONNX. Its value ranges are found by running it, unless its package is known.
 * @param fold also make forms for tiles
 * @throws SrganError E_MODEL
 */
export async function openKerasFile(header: string, fold: boolean): Promise<OpenedFile> {
  const graph = await readKerasFile(header);
  const family = await knownFamily(header);
  const known = kerasColours(graph, family);
  const name = modelJsonName(header);
  return openGraph(
    { file: header, name, graph, known, feltPx: family?.feltPx, isKnown: family !== undefined },
    fold,
  );
}

const MAX_BYTES = 2 ** 31 - 1;

/**
 * Returns a reader of weight files in `directory`. It compares sizes before reading, so that a wrong header
 * costs no memory.
 */
export function shardsIn(directory: string): ReadShards {
  return async (paths, expectedBytes) => {
    const { files, bytes } = await measure(directory, paths);
    if (bytes !== expectedBytes) {
      throw damaged(directory, `its weight files hold ${bytes} bytes where ${expectedBytes} are needed`);
    }
    return joined(files);
  };
}

/** Reads weight files into one array. */
export async function readShards(directory: string, paths: readonly string[]): Promise<Uint8Array> {
  const { files, bytes } = await measure(directory, paths);
  if (bytes > MAX_BYTES) throw damaged(directory, 'its weight files are larger than 2 GB');
  return joined(files);
}

async function measure(directory: string, paths: readonly string[]) {
  const files = paths.map((name) => within(directory, name));
  const sizes = await Promise.all(files.map(async (file) => (await stat(file)).size));
  return { files, bytes: sizes.reduce((sum, size) => sum + size, 0) };
}

async function joined(files: readonly string[]): Promise<Uint8Array> {
  return Buffer.concat(await Promise.all(files.map((file) => readFile(file))));
}

function within(directory: string, name: string): string {
  if (path.basename(name) === name && name !== '..') return path.join(directory, name);
  throw damaged(directory, `its weight file '${name}' is in another directory`);
}

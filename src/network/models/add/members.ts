import path from 'node:path';
import { pathExists } from '../../../system/files/fs.js';
import { readManifest } from '../../graph/read/keras/keras-model.js';
import { withExternalData } from '../../graph/read/onnx/onnx-external.js';
import { damaged } from '../../graph/order.js';
import { statedFile } from '../conclude/stated-facts.js';
import { readModelJson } from '../file/model-json.js';
import { readNetworkBytes } from '../file/read-file.js';

/**
 * Names of the other files that a network is read from, relative to its directory, without what may be stated
 * beside it.
 * @throws SrganError E_MODEL
 */
export async function partsOf(file: string): Promise<string[]> {
  const { name, ext } = path.parse(file);
  switch (ext.toLowerCase()) {
    case '.param':
      return [`${name}.bin`];
    case '.bin':
      return [`${name}.param`];
    case '.json': {
      const { json } = await readModelJson(file);
      return [...new Set(readManifest(file, json).flatMap(({ paths }) => paths))];
    }
    case '.onnx':
      return weightFiles(file);
    default:
      return [];
  }
}

/** An ncnn network is opened by either of its files, and kept by its list of layers. */
export const headerOf = (file: string): string => file.replace(/\.bin$/i, '.param');

/** Absolute paths of all files of a network: the one that was named first. */
export async function filesOf(file: string): Promise<string[]> {
  const home = path.dirname(path.resolve(file));
  const parts = (await partsOf(file)).map((part) => path.resolve(home, part));
  for (const part of parts) {
    if (!part.startsWith(home + path.sep)) throw damaged(file, `its file '${part}' lies elsewhere`);
  }
  const statement = path.resolve(statedFile(file));
  return [path.resolve(file), ...parts, ...((await pathExists(statement)) ? [statement] : [])];
}

async function weightFiles(file: string): Promise<string[]> {
  const found = new Set<string>();
  try {
    await withExternalData(await readNetworkBytes(file), ({ location }) => {
      found.add(location);
      return Promise.resolve(new Uint8Array());
    });
  } catch (cause) {
    if (cause instanceof RangeError) throw damaged(file, 'it is no ONNX file, or is damaged', cause);
    throw cause;
  }
  return [...found];
}

import path from 'node:path';
import { readFile, stat } from '../../../system/files/fs.js';
import { damaged } from '../../graph/order.js';
import type { ReadShards } from '../../graph/read/keras/read-keras.js';

const MAX_BYTES = 2 ** 31 - 1;

/**
 * Reads weight files that lie in `directory`. Sizes are compared before a byte is read, so that a wrong
 * header costs no memory.
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

/** All of them as one, whatever they hold. */
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
  throw damaged(directory, `its weight file '${name}' lies elsewhere`);
}

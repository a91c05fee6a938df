import process from 'node:process';
import { readFile } from '../../system/files/fs.js';
import { isPlain, withPlainPath } from '../../system/files/plain-path.js';

/**
 * Calls `use` with what sharp can open in place of `path`: libvips takes UTF-8 alone, and a bracket at the end
 * for options.
 * @throws the system's error, where it had to be opened first
 */
export async function withNativeInput<T>(
  path: string,
  use: (input: string | Buffer) => Promise<T>,
): Promise<T> {
  if (isPlain(path) && !path.endsWith(']')) return use(path);
  return process.platform === 'linux' ? withPlainPath(path, use) : use(await readFile(path));
}

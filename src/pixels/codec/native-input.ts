import process from 'node:process';
import { readFile, isUtf8Path, withUtf8Path } from '../../system/files/fs.js';
import { forgetOperations } from '../vips.js';
import { isReadable } from './container.js';
import { otherKind } from './failures/file-failures.js';
import { asTiff } from './plain/as-tiff.js';
import { readPlain } from './plain/read-plain.js';
import { lookInto } from './metadata/file-source.js';

/**
 * Calls `use` with what sharp can open in place of `path`: libvips takes UTF-8 alone, and a bracket at the end
 * for options; a file of a kind that we read ourselves is another one meanwhile. What is of no kind that is read never comes to libvips, which has decoders for many others.
 * @throws SrganError E_UNSUPPORTED for a file of another kind, and what `fileFailure` makes of one that cannot be read
 */
export async function withNativeInput<T>(
  path: string,
  use: (input: string | Buffer) => Promise<T>,
): Promise<T> {
  const readable = lookInto(path, false, (file) => isReadable(file.read(0, Math.min(12, file.length))));
  if (!readable) {
    const plain = readPlain(path);
    if (plain) return asTiff(path, plain, use);
    throw otherKind(path);
  }
  await forgetOperations();
  if (isUtf8Path(path) && !path.endsWith(']')) return use(path);
  return process.platform === 'linux' ? withUtf8Path(path, use) : use(await readFile(path));
}

import { closeSync, open, openSync } from './fs.js';
import { NAMES_ARE_BYTES } from './file-names.js';

/**
 * Paths for native code that takes UTF-8 alone: by way of an open file or directory, as Linux names them in
 * /proc. A number of an open file comes again, so whoever caches by path must not.
 */
const throughHandle = (handle: number) => `/proc/self/fd/${handle}`;

export const isPlain = (path: string): boolean => !NAMES_ARE_BYTES || path.isWellFormed();

/**
 * Calls `use` with a path of the same file, for reading, that holds until it has ended.
 * @throws the system's error
 */
export async function withPlainPath<T>(path: string, use: (plain: string) => Promise<T>): Promise<T> {
  const file = await open(path, 'r');
  try {
    return await use(throughHandle(file.fd));
  } finally {
    await file.close();
  }
}

/**
 * A path of the same directory, until it is closed.
 * @throws the system's error
 */
export function openPlainDirectory(directory: string): { readonly path: string; close(): void } {
  if (isPlain(directory)) return { path: directory, close: () => undefined };
  const handle = openSync(directory, 'r');
  return { path: throughHandle(handle), close: () => closeSync(handle) };
}

/** A name of the same length or less, without what is no UTF-8. */
export const plainName = (name: string): string => name.toWellFormed().replaceAll('\ufffd', '_');

import { closeSync, fstatSync, openSync, readSync } from '../../../system/files/fs.js';
import { fileFailure } from '../failures/file-failures.js';
import type { ByteSource } from './tiff-directory.js';

/** A file of which only the bytes that are asked for are read. */
export function openFileSource(path: string): ByteSource & { close(): void } {
  const file = openSync(path, 'r');
  let length: number;
  try {
    length = fstatSync(file).size;
  } catch (error) {
    closeSync(file);
    throw error;
  }
  return {
    length,
    read(offset, length) {
      const bytes = Buffer.alloc(length);
      if (readSync(file, bytes, 0, length, offset) < length) throw new RangeError('Outside of the file');
      return bytes;
    },
    close: () => closeSync(file),
  };
}

/**
 * What `read` finds in a file, or `otherwise` where the file is too short or too odd for it.
 * @throws SrganError E_NOT_FOUND, E_ACCESS, E_READ where the file itself cannot be read
 */
export function lookInto<T>(path: string, otherwise: T, read: (file: ByteSource) => T): T {
  let file: ReturnType<typeof openFileSource> | undefined;
  try {
    file = openFileSource(path);
    return read(file);
  } catch (error) {
    if (error instanceof Error && 'syscall' in error) throw fileFailure(path, error);
    return otherwise;
  } finally {
    file?.close();
  }
}

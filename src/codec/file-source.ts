import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import type { ByteSource } from './tiff-directory.js';

/** A file of which only the bytes that are asked for are read. */
export function openFileSource(path: string): ByteSource & { close(): void } {
  const file = openSync(path, 'r');
  return {
    length: fstatSync(file).size,
    read(offset, length) {
      const bytes = Buffer.alloc(length);
      if (readSync(file, bytes, 0, length, offset) < length) throw new RangeError('Outside of the file');
      return bytes;
    },
    close: () => closeSync(file),
  };
}

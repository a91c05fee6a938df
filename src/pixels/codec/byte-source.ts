import { closeSync, fstatSync, openSync, readSync, open } from '../../system/files/fs.js';
import { fileFailure } from './file-failures.js';
import { setImmediate } from 'node:timers/promises';

/** Random access to the bytes of a file. `read` throws RangeError past the end. */
export interface ByteSource {
  readonly length: number;
  read(offset: number, length: number): Buffer;
}

export function bufferSource(bytes: Buffer): ByteSource {
  return {
    length: bytes.length,
    read(offset, length) {
      if (offset < 0 || offset + length > bytes.length) throw new RangeError('Outside of the file');
      return bytes.subarray(offset, offset + length);
    },
  };
}

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

/**
 * Looks through a file of any size from its begin to its end.
 * @throws what opening and reading the file throws
 */
export async function withWindow<T>(path: string, look: (bytes: ByteWindow) => Promise<T>): Promise<T> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const fill = async (buffer: Buffer, at: number) =>
      (await file.read(buffer, 0, buffer.length, at)).bytesRead;
    return await look(openWindow(size, fill));
  } finally {
    await file.close();
  }
}

/** Bytes of a file that is looked through from its begin to its end. */
export interface ByteWindow {
  readonly length: number;
  /**
   * `count` bytes at `at`; undefined where they are not all there. What is in the window already is answered at once,
   * so that small steps cost no turn of the event loop each.
   */
  read(at: number, count: number): Buffer | undefined | Promise<Buffer | undefined>;
}

export const WINDOW_BYTES = 64 * 1024;

/** @param fill reads from a place in the file, and tells how many bytes came */
export function openWindow(
  length: number,
  fill: (buffer: Buffer, at: number) => Promise<number>,
): ByteWindow {
  const buffer = Buffer.alloc(Math.min(length, WINDOW_BYTES));
  let start = 0;
  let end = 0;
  const held = (at: number, count: number) => buffer.subarray(at - start, at - start + count);
  return {
    length,
    read(at, count) {
      if (at < 0 || at + count > length) return undefined;
      if (at >= start && at + count <= end) return held(at, count);
      return refill(at, count);
    },
  };

  async function refill(at: number, count: number): Promise<Buffer | undefined> {
    [start, end] = [at, at];
    while (end - start < count) {
      const came = await fill(buffer.subarray(end - start), end);
      if (came === 0) return undefined;
      end += came;
    }
    // a file of many small parts may come from the cache without any waiting
    await setImmediate();
    return held(at, count);
  }
}

/** A file that is put together anew, piece by piece: new bytes, and spans of the file that was there. */
export type Part = Uint8Array | Span;

/** Bytes from `start` to before `end`. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

export const isSpan = (part: Part): part is Span => !(part instanceof Uint8Array);

export const partBytes = (part: Part) => (isSpan(part) ? part.end - part.start : part.length);

export function joinParts(file: Buffer, parts: readonly Part[]): Buffer {
  const [only] = parts;
  if (parts.length === 1 && only && isSpan(only) && partBytes(only) === file.length) return file;
  return Buffer.concat(parts.map((part) => (isSpan(part) ? file.subarray(part.start, part.end) : part)));
}

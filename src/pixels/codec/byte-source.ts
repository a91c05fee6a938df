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

/** Opens a file for reading only the requested bytes. */
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
 * Returns the result of `read`, or `otherwise` if the file is too short or malformed.
 * @throws SrganError E_NOT_FOUND, E_ACCESS, E_READ if the file itself cannot be read
 */
export function inspectBytes<T>(path: string, otherwise: T, read: (file: ByteSource) => T): T {
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
 * Reads a file of any size through a window of 64 KiB.
 * @throws the system's error
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

/** A buffered window for reading a file from start to end. */
export interface ByteWindow {
  readonly length: number;
  /**
   * Returns `count` bytes at `at`, or undefined past the end of the file. Synchronous for bytes in the window, so that
   * small steps do not cost a turn of the event loop each.
   */
  read(at: number, count: number): Buffer | undefined | Promise<Buffer | undefined>;
}

export const WINDOW_BYTES = 64 * 1024;

/** @param fill reads at an offset of the file and returns the number of bytes read */
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
    // reads from the cache never wait: let others run
    await setImmediate();
    return held(at, count);
  }
}

/** A part of a rewritten file: new bytes, or a span of the original file. */
export type Part = Uint8Array | Span;

/** The bytes from `start` up to but not including `end`. */
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

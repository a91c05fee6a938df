import { setImmediate } from 'node:timers/promises';
import { open } from '../../../system/files/fs.js';

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

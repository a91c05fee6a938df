import { setImmediate } from 'node:timers/promises';
import { open } from '../../../system/files/fs.js';
import { containerOf } from '../container.js';
import { lookInto } from '../metadata/file-source.js';
import { readDirectories } from '../metadata/tiff-directory.js';

/**
 * Whether a file stops before its own structure ends. Damage that makes that unreadable is no truncation. Holds
 * 64 KiB of the file, whatever its size, and reads each part of it once.
 * @throws what opening and reading the file throws
 */
export async function endsTooEarly(path: string): Promise<boolean> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const bytes = openWindow(
      size,
      async (buffer, at) => (await file.read(buffer, 0, buffer.length, at)).bytesRead,
    );
    return await endsEarly(bytes, path);
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

const WINDOW_BYTES = 64 * 1024;

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

async function endsEarly(bytes: ByteWindow, path: string): Promise<boolean> {
  const head = await bytes.read(0, 12);
  switch (head && containerOf(head)) {
    case 'png':
      return pngEndsEarly(bytes);
    case 'jpeg':
      return jpegEndsEarly(bytes);
    case 'gif':
      return gifEndsEarly(bytes);
    case 'webp':
      return (head?.readUInt32LE(4) ?? 0) + 8 > bytes.length;
    case 'tiff':
      return tiffEndsEarly(path);
    case 'heif':
      return heifEndsEarly(bytes);
    default:
      // too short to say what it is: the begin of an image if it looks like one
      return head === undefined && bytes.length > 0 && (await beginsLikeImage(bytes));
  }
}

async function beginsLikeImage(bytes: ByteWindow): Promise<boolean> {
  const begin = await bytes.read(0, bytes.length);
  return begin !== undefined && containerOf(begin) !== undefined;
}

export async function pngEndsEarly(bytes: ByteWindow): Promise<boolean> {
  for (let at = 8; at + 12 <= bytes.length;) {
    const chunk = await bytes.read(at, 8);
    if (!chunk) return true;
    if (chunk.toString('latin1', 4) === 'IEND') return false;
    at += 12 + chunk.readUInt32BE(0);
  }
  return true;
}

/** ITU T.81, B.1: segments with a length, and scans in which 0xff is followed by 0 or a restart marker. */
export async function jpegEndsEarly(bytes: ByteWindow): Promise<boolean> {
  let at = 2;
  while (at + 4 <= bytes.length) {
    const segment = await bytes.read(at, 4);
    if (segment?.readUInt8(0) !== 0xff) return segment === undefined;
    const marker = segment.readUInt8(1);
    if (marker === 0xd9) return false;
    if (marker === 0xff) at += 1;
    else at += 2 + segment.readUInt16BE(2);
    if (marker === 0xda) at = await endOfScan(bytes, at);
  }
  return (await bytes.read(at, 2))?.readUInt16BE(0) !== 0xffd9;
}

async function endOfScan(bytes: ByteWindow, start: number): Promise<number> {
  for (let at = start; at + 1 < bytes.length;) {
    const part = await bytes.read(at, Math.min(WINDOW_BYTES, bytes.length - at));
    if (!part) break;
    for (let i = part.indexOf(0xff); i >= 0 && i + 1 < part.length; i = part.indexOf(0xff, i + 1)) {
      const next = part[i + 1] ?? 0;
      if (next !== 0 && next !== 0xff && (next < 0xd0 || next > 0xd7)) return at + i;
    }
    // the last byte may be the first half of a marker
    at += part.length - 1;
  }
  return bytes.length;
}

export async function gifEndsEarly(bytes: ByteWindow): Promise<boolean> {
  const head = await bytes.read(0, 13);
  if (!head) return true;
  let at = 13 + tableBytes(head.readUInt8(10));
  for (;;) {
    const kind = (await bytes.read(at, 1))?.readUInt8(0);
    if (kind === undefined) return true;
    if (kind === 0x3b) return false;
    if (kind === 0x21) at += 2;
    else if (kind === 0x2c) {
      const descriptor = await bytes.read(at, 10);
      if (!descriptor) return true;
      at += 11 + tableBytes(descriptor.readUInt8(9));
    } else return false;
    for (let size = 1; size > 0;) {
      const answer = bytes.read(at, 1);
      const block = answer instanceof Promise ? await answer : answer;
      if (!block) return true;
      size = block.readUInt8(0);
      at += 1 + size;
    }
  }
}

/** Of a colour table that the flags announce. */
const tableBytes = (flags: number) => ((flags & 0x80) === 0 ? 0 : 3 * 2 ** ((flags & 7) + 1));

const STRIPS = [273, 279] as const;
const TILES = [324, 325] as const;

function tiffEndsEarly(path: string): boolean {
  return lookInto(path, false, (file) => {
    try {
      return readDirectories(file).some((directory) =>
        [STRIPS, TILES].some(([offsets, sizes]) => {
          const lengths = directory.numbers(sizes) ?? [];
          return (directory.numbers(offsets) ?? []).some(
            (offset, i) => offset + (lengths[i] ?? 0) > file.length,
          );
        }),
      );
    } catch (error) {
      return error instanceof RangeError;
    }
  });
}

export async function heifEndsEarly(bytes: ByteWindow): Promise<boolean> {
  let at = 0;
  while (at + 8 <= bytes.length) {
    const size = (await bytes.read(at, 4))?.readUInt32BE(0);
    if (size === undefined) return true;
    if (size === 0) return false;
    const long = size === 1 ? await bytes.read(at + 8, 8) : undefined;
    if (size === 1 && !long) return true;
    const step = long ? Number(long.readBigUInt64BE(0)) : size;
    if (step < 8) return false;
    at += step;
  }
  return at !== bytes.length;
}

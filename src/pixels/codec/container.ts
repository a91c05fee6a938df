import { WINDOW_BYTES, withWindow, type ByteWindow, inspectBytes } from './byte-source.js';
import { readGif } from './gif-frames.js';
import { readDirectories } from './metadata/tiff-directory.js';

export type Container = 'png' | 'jpeg' | 'gif' | 'webp' | 'tiff' | 'heif';

/** Returns the container format by the first 12 bytes of a file. */
export function containerOf(bytes: Buffer): Container | undefined {
  const head = bytes.toString('latin1', 0, 12);
  if (head.startsWith('\x89PNG\r\n\x1a\n')) return 'png';
  if (head.startsWith('\xff\xd8\xff')) return 'jpeg';
  if (head.startsWith('GIF8')) return 'gif';
  if (head.startsWith('RIFF') && head.startsWith('WEBP', 8)) return 'webp';
  if (/^(II[*+]\0|MM\0[*+])/.test(head)) return 'tiff';
  if (/^ftyp(avi|mif1|msf1|hei|hev)/.test(head.slice(4))) return 'heif';
  return undefined;
}

/** The brands of ISO/IEC 23008-12 that libvips supports. */
const HEIF_BRANDS = /^(avi[fs]|mif1|msf1|hei[cmsx]|hev[cms])$/;
const MAX_FTYP_BYTES = 2048;

/**
 * Returns whether libvips would recognize a supported format by these first 12 bytes, so that none of its other
 * decoders sees the file.
 */
export function isReadable(head: Buffer): boolean {
  const container = containerOf(head);
  if (container !== 'heif') return container !== undefined;
  const length = head.readUInt32BE(0);
  return HEIF_BRANDS.test(head.toString('latin1', 8, 12)) && length <= MAX_FTYP_BYTES && length % 4 === 0;
}

/**
 * Returns whether a file ends before its own structure does. Other damage is not truncation. Holds 64 KiB of the file
 * and reads each part once.
 * @throws the system's error
 */
export async function endsTooEarly(path: string): Promise<boolean> {
  return withWindow(path, (bytes) => endsEarly(bytes, path));
}

async function endsEarly(bytes: ByteWindow, path: string): Promise<boolean> {
  const head = await bytes.read(0, 12);
  switch (head && containerOf(head)) {
    case 'png':
      return pngEndsEarly(bytes);
    case 'jpeg':
      return jpegEndsEarly(bytes);
    case 'gif':
      return !(await readGif(bytes)).isWhole;
    case 'webp':
      return (head?.readUInt32LE(4) ?? 0) + 8 > bytes.length;
    case 'tiff':
      return tiffEndsEarly(path);
    case 'heif':
      return heifEndsEarly(bytes);
    default:
      // too short for a whole signature, but it may be the start of one
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

/** JPEG has segments with a length, and scans in which 0 or a restart marker follows 0xff (ITU T.81, B.1). */
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
    // the last byte may be the first byte of a marker
    at += part.length - 1;
  }
  return bytes.length;
}

const STRIPS = [273, 279] as const;
const TILES = [324, 325] as const;

function tiffEndsEarly(path: string): boolean {
  return inspectBytes(path, false, (file) => {
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

import { bufferSource, readDirectories } from './metadata/tiff-directory.js';

export type Container = 'png' | 'jpeg' | 'gif' | 'webp' | 'tiff' | 'heif';

/** The kind of file that the first 12 bytes promise, whatever follows. */
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

/** ISO/IEC 23008-12: the brands that libvips knows. */
const HEIF_BRANDS = /^(avi[fs]|mif1|msf1|hei[cmsx]|hev[cms])$/;
const LONGEST_HEIF_HEAD = 2048;

/**
 * Whether libvips takes a file with these first 12 bytes for one of the kinds that are read, so that none of its
 * other decoders sees the file.
 */
export function isReadable(head: Buffer): boolean {
  const container = containerOf(head);
  if (container !== 'heif') return container !== undefined;
  const length = head.readUInt32BE(0);
  return HEIF_BRANDS.test(head.toString('latin1', 8, 12)) && length <= LONGEST_HEIF_HEAD && length % 4 === 0;
}

/** Whether a file stops before its own structure ends. Damage that makes that unreadable is no truncation. */
export function endsTooEarly(bytes: Buffer): boolean {
  switch (containerOf(bytes)) {
    case 'png':
      return pngEndsEarly(bytes);
    case 'jpeg':
      return jpegEndsEarly(bytes);
    case 'gif':
      return gifEndsEarly(bytes);
    case 'webp':
      return bytes.length < 12 || bytes.readUInt32LE(4) + 8 > bytes.length;
    case 'tiff':
      return tiffEndsEarly(bytes);
    case 'heif':
      return heifEndsEarly(bytes);
    default:
      return false;
  }
}

function pngEndsEarly(bytes: Buffer): boolean {
  for (let at = 8; at + 12 <= bytes.length; at += 12 + bytes.readUInt32BE(at)) {
    if (bytes.toString('latin1', at + 4, at + 8) === 'IEND') return false;
  }
  return true;
}

/** ITU T.81, B.1: segments with a length, and scans in which 0xff is followed by 0 or a restart marker. */
function jpegEndsEarly(bytes: Buffer): boolean {
  let at = 2;
  while (at + 4 <= bytes.length) {
    const marker = bytes.readUInt8(at + 1);
    if (bytes.readUInt8(at) !== 0xff) return false;
    if (marker === 0xd9) return false;
    if (marker === 0xff) at += 1;
    else at += 2 + bytes.readUInt16BE(at + 2);
    if (marker === 0xda) at = endOfScan(bytes, at);
  }
  return at + 2 > bytes.length || bytes.readUInt16BE(at) !== 0xffd9;
}

function endOfScan(bytes: Buffer, start: number): number {
  for (let at = bytes.indexOf(0xff, start); at >= 0; at = bytes.indexOf(0xff, at + 1)) {
    const next = bytes[at + 1] ?? 0;
    if (next !== 0 && next !== 0xff && (next < 0xd0 || next > 0xd7)) return at;
  }
  return bytes.length;
}

function gifEndsEarly(bytes: Buffer): boolean {
  if (bytes.length < 13) return true;
  const table = (flags: number) => ((flags & 0x80) === 0 ? 0 : 3 * 2 ** ((flags & 7) + 1));
  let at = 13 + table(bytes.readUInt8(10));
  while (at < bytes.length) {
    const kind = bytes.readUInt8(at);
    if (kind === 0x3b) return false;
    if (kind === 0x21) at += 2;
    else if (kind === 0x2c && at + 10 <= bytes.length) at += 11 + table(bytes.readUInt8(at + 9));
    else return kind === 0x2c;
    let size = 1;
    while (size > 0 && at < bytes.length) {
      size = bytes.readUInt8(at);
      at += 1 + size;
    }
  }
  return true;
}

function tiffEndsEarly(bytes: Buffer): boolean {
  try {
    return readDirectories(bufferSource(bytes)).some((directory) => {
      const numbers = (tag: number) => directory.numbers(tag) ?? [];
      const ends = (offsets: number[], sizes: number[]) =>
        offsets.some((offset, i) => offset + (sizes[i] ?? 0) > bytes.length);
      return ends(numbers(273), numbers(279)) || ends(numbers(324), numbers(325));
    });
  } catch (error) {
    return error instanceof RangeError;
  }
}

function heifEndsEarly(bytes: Buffer): boolean {
  let at = 0;
  while (at + 8 <= bytes.length) {
    const size = bytes.readUInt32BE(at);
    if (size === 0) return false;
    if (size === 1 && at + 16 > bytes.length) return true;
    const step = size === 1 ? Number(bytes.readBigUInt64BE(at + 8)) : size;
    if (step < 8) return false;
    at += step;
  }
  return at !== bytes.length;
}

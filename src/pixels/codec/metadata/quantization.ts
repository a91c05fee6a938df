import type { ByteSource } from '../byte-source.js';

/** Segments before the first scan: real files have some dozens, or a few hundred with a large colour profile. */
const MAX_SEGMENTS = 2000;

const SOS = 0xda;
const DQT = 0xdb;
const TABLE_VALUES = 64;

/** Sum of the luminance table of ITU T.81, annex K.1, which libjpeg scales by the quality. */
const STANDARD_SUM = 3688;

/**
 * Estimates the quality of a JPEG file: 1 to 100, at which libjpeg's luminance table has the same sum. Reads segment
 * headers and quantization tables only.
 * @returns undefined if there is no table before the first scan
 * @throws RangeError if the file ends before
 */
export function jpegQuality(file: ByteSource): number | undefined {
  let at = 2;
  for (let segment = 0; segment < MAX_SEGMENTS; segment += 1) {
    const [prefix = 0, marker = 0] = file.read(at, 2);
    if (prefix !== 0xff || marker === SOS) return undefined;
    if (marker === 0xff) {
      at += 1;
      continue;
    }
    // TEM and restart markers have no length
    if (marker === 0x01 || (marker >= 0xd0 && marker <= 0xd7)) {
      at += 2;
      continue;
    }
    const length = file.read(at + 2, 2).readUInt16BE();
    if (marker === DQT) {
      const sum = sumOfFirstTable(file.read(at + 4, Math.max(0, length - 2)));
      if (sum !== undefined) return qualityOf((100 * sum) / STANDARD_SUM);
    }
    at += 2 + length;
  }
  return undefined;
}

/** Sums table 0, which the first component uses in nearly all files. */
function sumOfFirstTable(tables: Buffer): number | undefined {
  let at = 0;
  while (at < tables.length) {
    const head = tables.readUInt8(at);
    const width = head >> 4 === 0 ? 1 : 2;
    at += 1;
    if ((head & 15) === 0) {
      let sum = 0;
      for (let i = 0; i < TABLE_VALUES; i += 1) sum += tables.readUIntBE(at + i * width, width);
      return sum;
    }
    at += TABLE_VALUES * width;
  }
  return undefined;
}

/** The inverse of jpeg_quality_scaling in libjpeg. */
function qualityOf(percent: number): number {
  const quality = percent <= 100 ? (200 - percent) / 2 : 5000 / percent;
  return Math.min(100, Math.max(1, Math.round(quality)));
}

/** Chunks before the first image: VP8X, ICCP, ANIM, its frame and its alpha. */
const MAX_CHUNKS = 10;

/** Fewer than 300 bits precede the quantizer. */
const HEADER_BYTES = 64;

/**
 * Returns the luminance quantizer index of the first image of a lossy WebP file, 0 (finest) to 127; with segments,
 * that of the finest one (RFC 6386, 9.2 to 9.6; RFC 9649, 2.5 to 2.7).
 * @returns undefined if the image is lossless or not a VP8 key frame
 * @throws RangeError if the file ends before
 */
export function webpQuantizer(file: ByteSource): number | undefined {
  let at = 12;
  for (let chunk = 0; chunk < MAX_CHUNKS; chunk += 1) {
    const head = file.read(at, 8);
    const kind = head.toString('latin1', 0, 4);
    const bytes = head.readUInt32LE(4);
    if (kind === 'VP8L') return undefined;
    if (kind === 'VP8 ') return quantizerOf(file.read(at + 8, Math.min(bytes, HEADER_BYTES)));
    // the image of a frame follows a header of 16 bytes
    at += kind === 'ANMF' ? 8 + 16 : 8 + bytes + (bytes % 2);
  }
  return undefined;
}

function quantizerOf(frame: Buffer): number | undefined {
  const isKey = (frame.readUInt8(0) & 1) === 0;
  if (!isKey || frame.readUIntBE(3, 3) !== 0x9d012a) return undefined;
  const bits = openBits(frame, 10);
  bits.skip(2); // colour space, clamping
  const segments = bits.flag() ? segmentQuantizers(bits) : undefined;
  bits.skip(1 + 6 + 3); // filter type, level, sharpness
  if (bits.flag() && bits.flag()) for (let delta = 0; delta < 8; delta += 1) bits.skipOptional(7);
  bits.skip(2); // number of partitions
  const base = bits.number(7);
  if (!segments) return base;
  const own = segments.values.map((value) => (segments.absolute ? value : base + value));
  return Math.min(127, Math.max(0, Math.min(...own)));
}

function segmentQuantizers(bits: Bits): { absolute: boolean; values: number[] } | undefined {
  const updatesMap = bits.flag();
  let quantizers: { absolute: boolean; values: number[] } | undefined;
  if (bits.flag()) {
    const absolute = bits.flag();
    const values = Array.from({ length: 4 }, () => {
      if (!bits.flag()) return 0;
      const value = bits.number(7);
      return bits.flag() ? -value : value;
    });
    quantizers = { absolute, values };
    for (let level = 0; level < 4; level += 1) bits.skipOptional(7);
  }
  if (updatesMap) for (let probability = 0; probability < 3; probability += 1) bits.skipOptional(8);
  return quantizers;
}

type Bits = ReturnType<typeof openBits>;

/** The boolean decoder of RFC 6386, 7.3, for equally likely bits. Reads zeros past the end. */
function openBits(bytes: Buffer, start: number) {
  let at = start + 2;
  let value = bytes.readUInt16BE(start);
  let range = 255;
  let shifted = 0;

  function flag(): boolean {
    const split = 1 + (((range - 1) * 128) >> 8);
    const isSet = value >= split << 8;
    if (isSet) {
      range -= split;
      value -= split << 8;
    } else range = split;
    while (range < 128) {
      value <<= 1;
      range <<= 1;
      shifted += 1;
      if (shifted === 8) {
        shifted = 0;
        value |= bytes[at] ?? 0;
        at += 1;
      }
    }
    return isSet;
  }
  function number(width: number): number {
    let result = 0;
    for (let bit = 0; bit < width; bit += 1) result = 2 * result + (flag() ? 1 : 0);
    return result;
  }
  const skip = (width: number) => void number(width);
  return { flag, number, skip, skipOptional: (width: number) => flag() && skip(width) };
}

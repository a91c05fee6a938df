import type { Band, Rows } from '../../../contract/ports.js';
import { constants, deflateRawSync } from 'node:zlib';
import type { Pixels } from '../../../contract/job.js';

/** Small enough that two workers share an image of 1 megapixel, so large that its own code tables cost nothing. */
const BAND_BYTES = 2 ** 20;

const MAX_SAMPLE_BYTES = 24 * 1024;

const { Z_DEFAULT_STRATEGY, Z_RLE, Z_HUFFMAN_ONLY } = constants;

/**
 * After filtering, photographs hold next to no repetition that is worth a search; drawings do. In the order
 * of speed, with what the way before must be better by to be passed over: Huffman codes alone deflate
 * 1.7 times as fast as runs, and those 1.3 times as fast as a search.
 */
const WAYS = [
  { level: 1, strategy: Z_HUFFMAN_ONLY, worth: 1 },
  { level: 1, strategy: Z_RLE, worth: 0.98 },
  { level: 2, strategy: Z_DEFAULT_STRATEGY, worth: 0.9 },
] as const;

/** Rows of each band, from the size and layout of the image alone, so that any number of workers give the same bytes. */
export function bandsOf(pageHeightPx: number, rowBytes: number): Rows[] {
  const rows = Math.max(1, Math.floor(BAND_BYTES / (rowBytes + 1)));
  const bands: Rows[] = [];
  for (let from = 0; from < pageHeightPx; from += rows) {
    bands.push([from, Math.min(from + rows, pageHeightPx)]);
  }
  return bands;
}

/**
 * Filters and deflates rows of one page.
 * @param fast the quickest way, whatever it makes of them
 */
export function deflateBand(pixels: Pixels, [from, to]: Rows, fast: boolean): Band {
  const rowBytes = rowBytesOf(pixels);
  const filtered = new Uint8Array((rowBytes + 1) * (to - from));
  // the row above the first is looked at by the filters
  const above = Math.min(from, 1);
  const bytes = bytesOfRows(pixels, [from - above, to]);
  const pixelBytes = rowBytes / pixels.widthPx;
  filterRows(bytes, rowBytes, pixelBytes, [above, above + to - from], filtered);
  const { level, strategy } = fast ? WAYS[0] : cheapestWay(filtered);
  const finishFlush = to === pixels.pageHeightPx ? constants.Z_FINISH : constants.Z_SYNC_FLUSH;
  const deflated = deflateRawSync(filtered, { level, strategy, finishFlush, chunkSize: BAND_BYTES / 2 });
  return {
    // a copy of its own, which can be handed to another thread
    deflated: new Uint8Array(deflated),
    adler: adler32(filtered),
    filteredBytes: filtered.length,
  };
}

export function rowBytesOf({ widthPx, channels, data }: Pixels): number {
  return widthPx * channels * data.BYTES_PER_ELEMENT;
}

/** Samples of 16 bits are stored with the high byte first. */
function bytesOfRows({ data, widthPx, channels, topPx = 0 }: Pixels, [from, to]: Rows): Uint8Array {
  const rowSamples = widthPx * channels;
  const samples = data.subarray((from - topPx) * rowSamples, (to - topPx) * rowSamples);
  if (samples instanceof Uint8Array) return samples;
  const bytes = new Uint8Array(2 * samples.length);
  for (let i = 0; i < samples.length; i += 1) {
    const sample = samples[i] as number;
    bytes[2 * i] = sample >> 8;
    bytes[2 * i + 1] = sample;
  }
  return bytes;
}

/** Tried on the middle of the band. */
function cheapestWay(filtered: Uint8Array): (typeof WAYS)[number] {
  const length = Math.min(filtered.length, MAX_SAMPLE_BYTES);
  const start = (filtered.length - length) >> 1;
  const sample = filtered.subarray(start, start + length);
  let best: (typeof WAYS)[number] = WAYS[0];
  let least = Infinity;
  for (const way of WAYS) {
    const { length: bytes } = deflateRawSync(sample, { level: way.level, strategy: way.strategy });
    if (bytes < least * way.worth) [best, least] = [way, bytes];
  }
  return best;
}

const ADLER_MODULUS = 65521;

/** Sums stay below 2^31 for this many bytes. */
const ADLER_STRIDE = 3800;

function adler32(bytes: Uint8Array): number {
  let low = 1;
  let high = 0;
  for (let at = 0; at < bytes.length;) {
    const end = Math.min(at + ADLER_STRIDE, bytes.length);
    for (; at < end; at += 1) {
      low += bytes[at] as number;
      high += low;
    }
    low %= ADLER_MODULUS;
    high %= ADLER_MODULUS;
  }
  return high * 65536 + low;
}

/** Adler-32 of two stretches of bytes, one after the other, from theirs and the length of the second. */
export function joinAdler(first: number, second: number, secondBytes: number): number {
  const low = (first & 0xffff) + (second & 0xffff) - 1;
  const high =
    (first >>> 16) + (second >>> 16) + (secondBytes % ADLER_MODULUS) * ((first & 0xffff) - 1 + ADLER_MODULUS);
  return ((high % ADLER_MODULUS) * 65536 + ((low + ADLER_MODULUS) % ADLER_MODULUS)) >>> 0;
}

/** Filter types of PNG (W3C PNG 3, 9.2). */
const [SUB, UP, AVERAGE, PAETH] = [1, 2, 3, 4] as const;

/** Every how many bytes a row is looked at to choose its filter; odd, so that it falls on every channel. */
const SAMPLE_STEP = 13;

/**
 * Filters rows of bytes for a PNG: each by the filter whose differences are smallest in a sample of the row,
 * as the standard recommends for all of them (12.7).
 * @param bytes of whole rows, one after the other
 * @param from first row to filter; the one above it, if there is one, is looked at
 * @param pixelBytes of one pixel, 1..8
 * @param into takes (rowBytes + 1) × (to - from) bytes
 */
export function filterRows(
  bytes: Uint8Array,
  rowBytes: number,
  pixelBytes: number,
  [from, to]: readonly [number, number],
  into: Uint8Array,
): void {
  const nothing = new Uint8Array(rowBytes);
  let at = 0;
  for (let y = from; y < to; y += 1) {
    const row = bytes.subarray(y * rowBytes, (y + 1) * rowBytes);
    const above = y === 0 ? nothing : bytes.subarray((y - 1) * rowBytes, y * rowBytes);
    const type = chooseFilter(row, above, pixelBytes);
    into[at] = type;
    const filtered = into.subarray(at + 1, at + 1 + rowBytes);
    FILTERS[type](row, above, pixelBytes, filtered);
    at += 1 + rowBytes;
  }
}

type FilterType = typeof SUB | typeof UP | typeof AVERAGE | typeof PAETH;

function chooseFilter(row: Uint8Array, above: Uint8Array, pixelBytes: number): FilterType {
  let sub = 0;
  let up = 0;
  let average = 0;
  let paeth = 0;
  for (let i = pixelBytes; i < row.length; i += SAMPLE_STEP) {
    const x = row[i] as number;
    const a = row[i - pixelBytes] as number;
    const b = above[i] as number;
    const c = above[i - pixelBytes] as number;
    sub += magnitude(x - a);
    up += magnitude(x - b);
    average += magnitude(x - ((a + b) >> 1));
    paeth += magnitude(x - paethOf(a, b, c));
  }
  const least = Math.min(sub, up, average, paeth);
  if (up === least) return UP;
  if (sub === least) return SUB;
  return average === least ? AVERAGE : PAETH;
}

/** Of a difference that is kept modulo 256. */
function magnitude(difference: number): number {
  return Math.abs((difference << 24) >> 24);
}

/** The one of a, b, c that is nearest to a + b - c, a before b before c; without a branch that could be mispredicted. */
function paethOf(a: number, b: number, c: number): number {
  const turning = 3 * c - a - b;
  const excess = (a - b) & ((a - b) >> 31);
  const low = b + excess;
  const high = a - excess;
  const below = (turning - high) >> 31;
  const above = (low - turning) >> 31;
  return (low & ~below) | (below & ((high & ~above) | (c & above)));
}

type Filter = (row: Uint8Array, above: Uint8Array, pixelBytes: number, into: Uint8Array) => void;

const FILTERS: Record<FilterType, Filter> = {
  [SUB](row, _above, pixelBytes, into) {
    into.set(row.subarray(0, pixelBytes));
    for (let i = pixelBytes; i < row.length; i += 1) {
      into[i] = (row[i] as number) - (row[i - pixelBytes] as number);
    }
  },
  [UP](row, above, _pixelBytes, into) {
    for (let i = 0; i < row.length; i += 1) into[i] = (row[i] as number) - (above[i] as number);
  },
  [AVERAGE](row, above, pixelBytes, into) {
    for (let i = 0; i < pixelBytes; i += 1) into[i] = (row[i] as number) - ((above[i] as number) >> 1);
    for (let i = pixelBytes; i < row.length; i += 1) {
      into[i] = (row[i] as number) - (((row[i - pixelBytes] as number) + (above[i] as number)) >> 1);
    }
  },
  [PAETH](row, above, pixelBytes, into) {
    for (let i = 0; i < pixelBytes; i += 1) into[i] = (row[i] as number) - (above[i] as number);
    for (let i = pixelBytes; i < row.length; i += 1) {
      const a = row[i - pixelBytes] as number;
      const predicted = paethOf(a, above[i] as number, above[i - pixelBytes] as number);
      into[i] = (row[i] as number) - predicted;
    }
  },
};

import type { Band, Rows } from '../../../contract/ports.js';
import { constants, deflateRawSync } from 'node:zlib';
import type { Pixels } from '../../../contract/job.js';

/** Small enough to share an image of 1 megapixel between two workers, large enough that the code tables cost nothing. */
const BAND_BYTES = 2 ** 20;

const MAX_SAMPLE_BYTES = 24 * 1024;

const { Z_DEFAULT_STRATEGY, Z_RLE, Z_HUFFMAN_ONLY } = constants;

/**
 * Filtered photographs contain hardly any repetition worth searching for; drawings do. Fastest first: Huffman codes
 * alone deflate 1.7 times as fast as run lengths, which are 1.3 times as fast as a search. A slower strategy must
 * reduce the size to this share of the faster one's.
 */
const STRATEGIES = [
  { level: 1, strategy: Z_HUFFMAN_ONLY, maxShare: 1 },
  { level: 1, strategy: Z_RLE, maxShare: 0.98 },
  { level: 2, strategy: Z_DEFAULT_STRATEGY, maxShare: 0.9 },
] as const;

/** Splits a page into bands by its size and layout alone, so that any number of workers produces the same bytes. */
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
 * @param fast whether to use the fastest strategy, whatever the size
 */
export function deflateBand(pixels: Pixels, [from, to]: Rows, fast: boolean): Band {
  const rowBytes = rowBytesOf(pixels);
  const filtered = new Uint8Array((rowBytes + 1) * (to - from));
  // filters also use the row above the first one
  const above = Math.min(from, 1);
  const bytes = bytesOfRows(pixels, [from - above, to]);
  const pixelBytes = rowBytes / pixels.widthPx;
  filterRows(bytes, rowBytes, pixelBytes, [above, above + to - from], filtered);
  const { level, strategy } = fast ? STRATEGIES[0] : bestStrategy(filtered);
  const finishFlush = to === pixels.pageHeightPx ? constants.Z_FINISH : constants.Z_SYNC_FLUSH;
  const deflated = deflateRawSync(filtered, { level, strategy, finishFlush, chunkSize: BAND_BYTES / 2 });
  return {
    // a copy, whose buffer can be transferred to another thread
    deflated: new Uint8Array(deflated),
    adler: adler32(filtered),
    filteredBytes: filtered.length,
  };
}

export function rowBytesOf({ widthPx, channels, data }: Pixels): number {
  return widthPx * channels * data.BYTES_PER_ELEMENT;
}

/** Returns the bytes of rows; 16-bit samples are big-endian. */
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

/** Chooses a strategy by trying each on the middle of the band. */
function bestStrategy(filtered: Uint8Array): (typeof STRATEGIES)[number] {
  const length = Math.min(filtered.length, MAX_SAMPLE_BYTES);
  const start = (filtered.length - length) >> 1;
  const sample = filtered.subarray(start, start + length);
  let best: (typeof STRATEGIES)[number] = STRATEGIES[0];
  let least = Infinity;
  for (const candidate of STRATEGIES) {
    const { length: bytes } = deflateRawSync(sample, {
      level: candidate.level,
      strategy: candidate.strategy,
    });
    if (bytes < least * candidate.maxShare) [best, least] = [candidate, bytes];
  }
  return best;
}

const ADLER_MODULUS = 65521;

/** The sums stay below 2^31 for this many bytes. */
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

/** Returns the Adler-32 of two concatenated byte sequences from their checksums and the length of the second. */
export function joinAdler(first: number, second: number, secondBytes: number): number {
  const low = (first & 0xffff) + (second & 0xffff) - 1;
  const high =
    (first >>> 16) + (second >>> 16) + (secondBytes % ADLER_MODULUS) * ((first & 0xffff) - 1 + ADLER_MODULUS);
  return ((high % ADLER_MODULUS) * 65536 + ((low + ADLER_MODULUS) % ADLER_MODULUS)) >>> 0;
}

/** Filter types of PNG (W3C PNG 3, 9.2). */
const [SUB, UP, AVERAGE, PAETH] = [1, 2, 3, 4] as const;

/** Step in bytes between the samples of a row for choosing its filter; odd, to sample every channel. */
const SAMPLE_STEP = 13;

/**
 * Filters rows for a PNG, each by the filter with the smallest sum of absolute differences (12.7) in a sample of the
 * row.
 * @param bytes whole rows
 * @param from first row to filter; the row above it is used too
 * @param pixelBytes bytes per pixel, 1 to 8
 * @param into receives (rowBytes + 1) × (to - from) bytes
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

/** Returns the absolute value of a difference modulo 256. */
function magnitude(difference: number): number {
  return Math.abs((difference << 24) >> 24);
}

/** Returns the one of a, b, c closest to a + b - c, in this order of precedence, without branches. */
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

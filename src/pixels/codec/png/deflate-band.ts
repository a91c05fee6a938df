import type { Band, Rows } from '../../../contract/ports.js';
import { constants, deflateRawSync } from 'node:zlib';
import type { Pixels } from '../../../contract/job.js';
import { filterRows } from './filter-rows.js';

/** Small enough that two workers share an image of 1 megapixel, so large that its own code tables cost nothing. */
const BAND_BYTES = 2 ** 20;

const MOST_SAMPLE_BYTES = 24 * 1024;

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
  const length = Math.min(filtered.length, MOST_SAMPLE_BYTES);
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

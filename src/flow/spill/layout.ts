import type { Pixels, SpilledPixels } from '../../contract/job.js';

/** How samples lie in a file. */
export interface Layout extends Omit<SpilledPixels, 'file' | 'bits'> {
  /** 32: floating point. */
  readonly bits: 8 | 16 | 32;
}

/** Where the samples begin: behind the header that libvips writes before its own format. */
export const SAMPLES_AT = 64;

/** What is read or written at a time where rows are gone through one after the other. */
const BLOCK_BYTES = 16 * 2 ** 20;

export const rowBytes = ({ widthPx, channels, bits }: Omit<Layout, 'pageHeightPx' | 'pages'>) =>
  widthPx * channels * (bits / 8);

export const rowsOf = ({ pageHeightPx, pages }: Pick<Layout, 'pageHeightPx' | 'pages'>) =>
  pageHeightPx * pages;

export const samplesEnd = (layout: Layout) => SAMPLES_AT + rowsOf(layout) * rowBytes(layout);

export interface Block {
  readonly row: number;
  readonly rows: number;
}

/** All rows, as many at a time as may be held: a whole number of `unit`, but for the last. */
export function* blocksOf(rows: number, bytesPerRow: number, unit = 1): Generator<Block> {
  const most = Math.max(1, Math.floor(BLOCK_BYTES / bytesPerRow / unit)) * unit;
  for (let row = 0; row < rows; row += most) yield { row, rows: Math.min(most, rows - row) };
}

/** Bytes as the samples that they are. */
export function samplesIn(bytes: Uint8Array<ArrayBuffer>, bits: 8 | 16): Uint8Array | Uint16Array {
  return bits === 8 ? bytes : new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 2);
}

/** The beginning of a shared buffer as the samples of Pixels. */
export function viewOf(buffer: SharedArrayBuffer, bytes: number, bits: 8 | 16): Pixels['data'] {
  return bits === 8 ? new Uint8Array(buffer, 0, bytes) : new Uint16Array(buffer, 0, bytes / 2);
}

export function bytesOf({ buffer, byteOffset, byteLength }: Pixels['data']): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

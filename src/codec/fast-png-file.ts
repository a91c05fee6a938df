import { fastPng, type Rows } from './fast-png.js';
import { bitsOf, type Raster } from './raw.js';

const BLOCK_SAMPLES = 2 ** 20;

/** One page as a PNG file, quickly. */
export async function fastPngFile(page: Raster): Promise<Buffer> {
  const { widthPx, pageHeightPx: heightPx, channels } = page;
  const parts: Uint8Array[] = [];
  for await (const part of fastPng({ widthPx, heightPx, channels, bits: bitsOf(page) }, rowsOf(page))) {
    parts.push(part);
  }
  return Buffer.concat(parts);
}

function* rowsOf({ data, widthPx, channels }: Raster): Generator<Rows> {
  const rowSamples = widthPx * channels;
  const step = Math.max(1, Math.floor(BLOCK_SAMPLES / rowSamples)) * rowSamples;
  for (let at = 0; at < data.length; at += step) yield data.subarray(at, at + step);
}

import { wholeFrameBytes } from '../../pixels/codec/codec-memory.js';
import { widenedPx } from '../../network/tiles/small-sides.js';
import type { ImageHeader, OutputFormat } from '../../contract/job.js';
import type { Settings } from '../../contract/options.js';
import type { Size } from '../../system/measures.js';
import { MAX_BUFFER_BYTES } from './format.js';

const CODEC_BYTES = 2 ** 20;

/** Bands of a spilled image per worker: a few dozen tiles, so that none waits for the next. */
const WORKER_BYTES = 32 * 2 ** 20;

/** Limit of the bytes in the bands of a spilled image, unless a single row of tiles is larger. */
export function bandBytes({ maxMemory, threads }: Pick<Settings, 'maxMemory' | 'threads'>): number {
  return Math.min(maxMemory / 2, threads * WORKER_BYTES);
}

export interface Prediction {
  /** Bytes held between decode and write: pixels of every pass and of the exact size, source and result file. */
  readonly bytes: number;
  /** The largest single buffer of pixels among them. */
  readonly largestBytes: number;
}

/** Predicts the memory of an image from its header: an upper bound for pixels, an estimate for the encoded file. */
export function predictMemory(header: ImageHeader, passes: readonly number[], target: Size): Prediction {
  const bytesPerPixel = Math.min(header.channels, 4) * (header.bitsPerSample / 8);
  const pixelBytes = (widthPx: number, heightPx: number) => widthPx * heightPx * header.pages * bytesPerPixel;

  const sourceBytes = pixelBytes(header.widthPx, header.heightPx);
  const targetBytes = pixelBytes(target.widthPx, target.heightPx);
  let factor = 1;
  let largestBytes = Math.max(sourceBytes, targetBytes);
  let heldBytes = sourceBytes;
  for (const pass of passes) {
    // small sides are padded for the network
    const [widthPx, heightPx] = [widenedPx(header.widthPx * factor), widenedPx(header.heightPx * factor)];
    const before = pixelBytes(widthPx, heightPx);
    const after = pixelBytes(widthPx * pass, heightPx * pass);
    factor *= pass;
    heldBytes = Math.max(heldBytes, before + after);
    largestBytes = Math.max(largestBytes, after);
  }
  const lastBytes = pixelBytes(header.widthPx * factor, header.heightPx * factor);
  const resized = lastBytes !== targetBytes;
  // an encoded file is rarely larger than half of its pixels
  const encoding = lastBytes + (resized ? targetBytes : 0) + targetBytes / 2;
  const bytes = header.fileBytes + Math.max(2 * sourceBytes, heldBytes, encoding) + CODEC_BYTES;
  return { bytes: Math.ceil(bytes), largestBytes };
}

/** Predicts the memory of an image whose pixels go through temp files. */
export function predictSpilled(
  header: ImageHeader,
  format: OutputFormat,
  target: Size,
  settings: Pick<Settings, 'maxMemory' | 'threads'>,
): number {
  return Math.ceil(bandBytes(settings) + wholeFrameBytes(header, format, target) + CODEC_BYTES);
}

/**
 * Predicts the memory of an image, and decides whether its pixels go through temp files: because they do not fit, or
 * because they would take more than half of the memory, so that the next image could not be decoded meanwhile.
 */
export function planMemory(
  { header, passes, format, target }: MemoryNeeds,
  settings: Pick<Settings, 'maxMemory' | 'threads' | 'sequential'>,
): { predictedBytes: number; spill: boolean } {
  const whole = predictMemory(header, passes, target);
  const spilledBytes = predictSpilled(header, format, target, settings);
  const fits = whole.bytes <= settings.maxMemory && whole.largestBytes <= MAX_BUFFER_BYTES;
  // frames of an animation are never spilled
  const blocks = !settings.sequential && header.pages === 1 && whole.bytes > settings.maxMemory / 2;
  const spill = !fits || (blocks && spilledBytes <= whole.bytes / 2);
  return { predictedBytes: spill ? spilledBytes : whole.bytes, spill };
}

interface MemoryNeeds {
  readonly header: ImageHeader;
  /** Factors of the networks that are run in sequence. */
  readonly passes: readonly number[];
  readonly format: OutputFormat;
  readonly target: Size;
}

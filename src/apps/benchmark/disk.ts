import { SrganError } from '../../system/errors.js';
import { statfs } from '../../system/files/fs.js';
import { formatBytes } from '../../system/measures.js';
import type { BenchmarkSettings } from './benchmark-settings.js';

/** PNG adds a byte a row and some headers to pixels that cannot be compressed. */
const PNG_OVERHEAD = 1.05;

/**
 * @param factor by which the images are enlarged
 * @throws SrganError E_NOSPC where the images and the results of one run may not fit
 */
export async function checkDisk(
  directory: string,
  settings: BenchmarkSettings,
  factor: number,
): Promise<void> {
  const found = await statfs(directory).catch(() => undefined);
  if (!found) return;
  const freeBytes = found.bavail * found.bsize;
  const neededBytes = neededDisk(settings, factor);
  if (neededBytes <= freeBytes) return;
  const sentence = `${directory}: the benchmark may need ${formatBytes(neededBytes)}, but ${formatBytes(freeBytes)} are free.`;
  throw new SrganError('E_NOSPC', sentence, {
    hint: 'Take fewer or smaller images, or set TMPDIR to a directory with more room.',
  });
}

/** Bytes of all sources and of the results of the largest run, at most. */
export function neededDisk(settings: BenchmarkSettings, factor: number): number {
  const { batchSizes, threadCounts, imageSizePx, warmup } = settings;
  const images = Math.max(...batchSizes);
  const results = images + warmup * Math.max(...threadCounts);
  const imageBytes = 3 * imageSizePx ** 2 * PNG_OVERHEAD;
  return Math.ceil(imageBytes * (images + results * factor ** 2));
}

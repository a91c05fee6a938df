import { constants } from 'node:buffer';
import { SrganError } from '../../system/errors.js';
import type { OutputFormat } from '../../contract/job.js';
import type { Size } from '../../system/measures.js';

/** Largest side that the file format itself can state. */
const LARGEST_SIDE_PX: Record<OutputFormat, number> = {
  png: 2 ** 31 - 1,
  jpeg: 65_535,
  webp: 16_383,
  avif: 65_536,
  tiff: 2 ** 31 - 1,
  gif: 65_535,
};

/** Pixels above this are on disk, however much memory there is. */
export const LARGEST_BUFFER_BYTES = constants.MAX_LENGTH;

/** @throws SrganError E_TOO_LARGE where the format cannot hold the result */
export function checkTarget(source: string, format: OutputFormat, target: Size): void {
  const { widthPx, heightPx } = target;
  if (Math.max(widthPx, heightPx) > LARGEST_SIDE_PX[format]) {
    throw new SrganError(
      'E_TOO_LARGE',
      `${source}: the result would be ${widthPx}×${heightPx}, but ${format} ends at ${LARGEST_SIDE_PX[format]} pixels a side.`,
      { hint: 'Take a smaller size, or --format png.' },
    );
  }
}

export function sizeText({ widthPx, heightPx, pages }: Size & { pages: number }): string {
  return `${widthPx}×${heightPx}${pages > 1 ? ` with ${pages} pages` : ''}`;
}

/** @throws SrganError E_TOO_LARGE */
export function checkOutputPixels(source: string, result: Size & { pages: number }, most: number): void {
  if (result.widthPx * result.heightPx * result.pages <= most) return;
  throw new SrganError(
    'E_TOO_LARGE',
    `${source}: the result would be ${sizeText(result)}, over the limit of ${most} pixels.`,
    { hint: 'Take a smaller size, or raise the limit with --max-output-pixels.' },
  );
}

import { constants } from 'node:buffer';
import { SrganError } from '../errors.js';
import type { OutputFormat } from '../job.js';
import { formatBytes } from '../measures.js';
import type { Size } from '../options.js';

/** Largest side that the file format itself can state. */
const LARGEST_SIDE_PX: Record<OutputFormat, number> = {
  png: 2 ** 31 - 1,
  jpeg: 65_535,
  webp: 16_383,
  avif: 65_536,
  tiff: 2 ** 31 - 1,
  gif: 65_535,
};

/** @throws SrganError E_TOO_LARGE where the format or one buffer could not hold the result */
export function checkTarget(source: string, format: OutputFormat, target: Size, largestBytes: number): void {
  const { widthPx, heightPx } = target;
  if (Math.max(widthPx, heightPx) > LARGEST_SIDE_PX[format]) {
    throw new SrganError(
      'E_TOO_LARGE',
      `${source}: the result would be ${widthPx}×${heightPx}, but ${format} ends at ${LARGEST_SIDE_PX[format]} pixels a side.`,
      { hint: 'Take a smaller size, or --format png.' },
    );
  }
  if (largestBytes > constants.MAX_LENGTH) {
    throw new SrganError(
      'E_TOO_LARGE',
      `${source}: scaling to ${widthPx}×${heightPx} needs ${formatBytes(largestBytes)} in one piece; ${formatBytes(constants.MAX_LENGTH)} is the most.`,
      { hint: 'Take a smaller size with --scale or --max-size.' },
    );
  }
}

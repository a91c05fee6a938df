import type { NetworkFile } from '../../contract/engine.js';
import type { PageSize } from '../../contract/tiles.js';
import type { Margins } from '../../pixels/edge-pixels.js';

/**
 * Networks see zeros beyond the border of an image, which spoil some pixels along it. Of an image with a side below
 * this nearly nothing else would be left, and --verify, which passes over the border, would see nothing.
 */
const LEAST_SIDE_PX = 16;

/** Wider than what the zeros spoil. */
const MARGIN_PX = 8;

const marginOf = (sidePx: number) => (sidePx < LEAST_SIDE_PX ? MARGIN_PX : 0);

/** What an image is widened by before it goes through a network, by repeated pixels; undefined: nothing. */
export function marginsFor(
  { widthPx, heightPx }: PageSize,
  { kernel }: Pick<NetworkFile, 'kernel'>,
): Margins | undefined {
  const [acrossPx, downPx] = [marginOf(widthPx), marginOf(heightPx)];
  return kernel !== undefined || (acrossPx === 0 && downPx === 0) ? undefined : { acrossPx, downPx };
}

/** A side with its margins. */
export const widenedPx = (sidePx: number) => sidePx + 2 * marginOf(sidePx);

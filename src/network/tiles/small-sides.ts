import type { NetworkFile } from '../../contract/engine.js';
import type { PageSize } from '../../contract/tiles.js';
import type { Margins } from '../../pixels/edge-pixels.js';

/**
 * Networks pad an image with zeros, which spoil some pixels along its border. If a side is below this, almost
 * nothing else is left, and --verify, which skips the border, checks nothing.
 */
const MIN_SIDE_PX = 16;

/** Wider than the strip that zero padding spoils. */
const MARGIN_PX = 8;

const marginOf = (sidePx: number) => (sidePx < MIN_SIDE_PX ? MARGIN_PX : 0);

/**
 * Returns the margins of repeated pixels that a small image gets before it goes through a network; undefined
 * if it needs none.
 */
export function marginsFor(
  { widthPx, heightPx }: PageSize,
  { kernel }: Pick<NetworkFile, 'kernel'>,
): Margins | undefined {
  const [acrossPx, downPx] = [marginOf(widthPx), marginOf(heightPx)];
  return kernel !== undefined || (acrossPx === 0 && downPx === 0) ? undefined : { acrossPx, downPx };
}

/** Returns the length of a side with its margins. */
export const widenedPx = (sidePx: number) => sidePx + 2 * marginOf(sidePx);

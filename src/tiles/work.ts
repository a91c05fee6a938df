import type { ClosedSides } from './sides.js';

/**
 * Multiply-adds of a network whose inner tensors reach beyond the tile at open sides, the farther the nearer
 * they are to the input.
 */
export interface TileWork {
  /** For each input pixel of the tile. */
  readonly perPixel: number;
  /** Beyond an open side, for each pixel of that side. */
  readonly perEdgePixel: number;
  /** Beyond the corner between two open sides. */
  readonly perCorner: number;
}

export function macsOfTile(work: TileWork, widthPx: number, heightPx: number, closed: ClosedSides): number {
  const across = Number(!closed.left) + Number(!closed.right);
  const down = Number(!closed.top) + Number(!closed.bottom);
  return (
    work.perPixel * widthPx * heightPx +
    work.perEdgePixel * (across * heightPx + down * widthPx) +
    work.perCorner * across * down
  );
}

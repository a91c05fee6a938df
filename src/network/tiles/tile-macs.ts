/** Multiply-adds of a tile with certain closed sides. */
export interface TileWork {
  /** For each input pixel of the tile. */
  readonly perPixel: number;
  /** For each pixel of its width and of its height, for what lies along its sides. */
  readonly perWidthPx: number;
  readonly perHeightPx: number;
  /** For its corners. */
  readonly once: number;
}

export function macsOfTile(work: TileWork, widthPx: number, heightPx: number): number {
  const { perPixel, perWidthPx, perHeightPx, once } = work;
  return perPixel * widthPx * heightPx + perWidthPx * widthPx + perHeightPx * heightPx + once;
}

import type { TileWork } from '../../contract/tiles.js';
export function macsOfTile(work: TileWork, widthPx: number, heightPx: number): number {
  const { perPixel, perWidthPx, perHeightPx, once } = work;
  return perPixel * widthPx * heightPx + perWidthPx * widthPx + perHeightPx * heightPx + once;
}

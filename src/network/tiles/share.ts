import type { Rect, Tile, PageSize } from '../../contract/tiles.js';
import { swapsAxes } from './turns.js';

/** How a tensor lies over the page: `factor` positions for each pixel, and `extraPx` more after the last. */
export interface TensorScale {
  readonly factor: number;
  readonly extraPx: number;
}

/** The page in whole blocks of `alignPx`. */
export function wholeBlocks({ widthPx, heightPx }: PageSize, alignPx: number): PageSize {
  const whole = (lengthPx: number) => Math.ceil(lengthPx / alignPx) * alignPx;
  return { widthPx: whole(widthPx), heightPx: whole(heightPx) };
}

/**
 * The positions that a tile stands for, in the tensor that a network makes of its window: over all tiles,
 * each position of the page's tensor once.
 * @param alignPx cores and windows begin at a multiple of it
 * @param turn of turnPlanes, that the window went through
 */
export function shareOf(
  size: PageSize,
  { core, window }: Tile,
  alignPx: number,
  scale: TensorScale,
  turn: number,
): Rect {
  const page = wholeBlocks(size, alignPx);
  const turnedPage = swapsAxes(turn) ? { widthPx: page.heightPx, heightPx: page.widthPx } : page;
  const [inside, around] = [turned(page, inBlocks(core, alignPx), turn), turned(page, window, turn)];
  const across = span(turnedPage.widthPx, inside.xPx, inside.widthPx, around.xPx, scale);
  const down = span(turnedPage.heightPx, inside.yPx, inside.heightPx, around.yPx, scale);
  return { xPx: across.start, yPx: down.start, widthPx: across.length, heightPx: down.length };
}

/** The core up to the end of the block that it ends in. */
export function inBlocks(core: Rect, alignPx: number): Rect {
  const whole = (px: number) => Math.ceil(px / alignPx) * alignPx;
  return { ...core, widthPx: whole(core.widthPx), heightPx: whole(core.heightPx) };
}

function turned(page: PageSize, { xPx, yPx, widthPx, heightPx }: Rect, turn: number): Rect {
  const x = turn & 1 ? page.widthPx - xPx - widthPx : xPx;
  const y = turn & 2 ? page.heightPx - yPx - heightPx : yPx;
  return swapsAxes(turn)
    ? { xPx: y, yPx: x, widthPx: heightPx, heightPx: widthPx }
    : { xPx: x, yPx: y, widthPx, heightPx };
}

function span(
  pagePx: number,
  startPx: number,
  lengthPx: number,
  windowPx: number,
  { factor, extraPx }: TensorScale,
) {
  const all = pagePx * factor + extraPx;
  const place = (px: number) => Math.min(all, Math.max(0, px * factor));
  const start = startPx === 0 ? 0 : place(startPx);
  const end = startPx + lengthPx === pagePx ? all : place(startPx + lengthPx);
  return { start: start - windowPx * factor, length: end - start };
}

import type { Rect, Span, PageSize, Tile } from '../../contract/tiles.js';
import { swapsAxes } from './sides.js';

/** How a page is cut: all tiles of about the same size, so that none is a sliver. */
export interface Grid {
  readonly columns: number;
  readonly rows: number;
}

/**
 * Returns the fewest columns and rows whose cores are at most `sidePx` wide and high, or one block of
 * `alignPx`.
 */
export function gridBySide(page: PageSize, sidePx: number, alignPx = 1): Grid {
  const blocksOfCore = Math.max(1, Math.floor(sidePx / alignPx));
  const parts = (lengthPx: number) => Math.ceil(Math.ceil(lengthPx / alignPx) / blocksOfCore);
  return { columns: parts(page.widthPx), rows: parts(page.heightPx) };
}

/**
 * Returns one tile of a grid.
 * @param index 0 .. columns × rows - 1, row by row
 * @param radiusPx width of the halo: the receptive-field radius of the network
 * @param alignPx cores and windows begin at a multiple of this, and windows end at one
 */
export function tileAt(page: PageSize, grid: Grid, index: number, radiusPx: number, alignPx = 1): Tile {
  const blocks = {
    widthPx: Math.ceil(page.widthPx / alignPx),
    heightPx: Math.ceil(page.heightPx / alignPx),
  };
  const core = coreAt(blocks, grid, index);
  const window = withHalo(blocks, core, Math.ceil(radiusPx / alignPx));
  return { core: onPage(page, times(core, alignPx)), window: times(window, alignPx) };
}

function coreAt({ widthPx, heightPx }: PageSize, grid: Grid, index: number): Rect {
  const across = part(widthPx, grid.columns, index % grid.columns);
  const down = part(heightPx, grid.rows, Math.floor(index / grid.columns));
  return rect(across, down);
}

/** Returns the core with its halo, clipped to the page. */
export function withHalo(page: PageSize, core: Rect, radiusPx: number): Rect {
  const span = (start: number, length: number, end: number) => ({
    start: Math.max(0, start - radiusPx),
    end: Math.min(end, start + length + radiusPx),
  });
  return rect(span(core.xPx, core.widthPx, page.widthPx), span(core.yPx, core.heightPx, page.heightPx));
}

/** Converts blocks to pixels. */
function times({ xPx, yPx, widthPx, heightPx }: Rect, alignPx: number): Rect {
  return {
    xPx: xPx * alignPx,
    yPx: yPx * alignPx,
    widthPx: widthPx * alignPx,
    heightPx: heightPx * alignPx,
  };
}

function onPage(page: PageSize, { xPx, yPx, widthPx, heightPx }: Rect): Rect {
  return {
    xPx,
    yPx,
    widthPx: Math.min(widthPx, page.widthPx - xPx),
    heightPx: Math.min(heightPx, page.heightPx - yPx),
  };
}

function part(length: number, parts: number, index: number): Span {
  return { start: Math.floor((index * length) / parts), end: Math.floor(((index + 1) * length) / parts) };
}

export function rect(across: Span, down: Span): Rect {
  return {
    xPx: across.start,
    yPx: down.start,
    widthPx: across.end - across.start,
    heightPx: down.end - down.start,
  };
}

/** How a tensor maps to the page: `factor` positions per pixel, plus `extraPx` after the last. */
export interface TensorScale {
  readonly factor: number;
  readonly extraPx: number;
}

/** Rounds the page up to whole blocks of `alignPx`. */
export function wholeBlocks({ widthPx, heightPx }: PageSize, alignPx: number): PageSize {
  const whole = (lengthPx: number) => Math.ceil(lengthPx / alignPx) * alignPx;
  return { widthPx: whole(widthPx), heightPx: whole(heightPx) };
}

/**
 * Returns the positions that a tile contributes to the tensor that a network computes from its window: over
 * all tiles, each position of the page's tensor exactly once.
 * @param alignPx cores and windows begin at a multiple of this
 * @param turn the turn of turnPlanes that was applied to the window
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

/** Extends the core to the end of its last block. */
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

import type { Rect, Span, PageSize, Tile } from '../../contract/tiles.js';
/** How a page is cut: every side evenly, so that no tile is a sliver. */
export interface Grid {
  readonly columns: number;
  readonly rows: number;
}

/** The fewest columns and rows whose cores are at most `sidePx` wide and high, or one block of `alignPx`. */
export function gridBySide(page: PageSize, sidePx: number, alignPx = 1): Grid {
  const blocksOfCore = Math.max(1, Math.floor(sidePx / alignPx));
  const parts = (lengthPx: number) => Math.ceil(Math.ceil(lengthPx / alignPx) / blocksOfCore);
  return { columns: parts(page.widthPx), rows: parts(page.heightPx) };
}

/**
 * @param index 0 .. columns × rows - 1, row by row
 * @param radiusPx width of the halo: the network's receptive-field radius
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

/** The core with as much of the halo as lies on the page. */
export function withHalo(page: PageSize, core: Rect, radiusPx: number): Rect {
  const span = (start: number, length: number, end: number) => ({
    start: Math.max(0, start - radiusPx),
    end: Math.min(end, start + length + radiusPx),
  });
  return rect(span(core.xPx, core.widthPx, page.widthPx), span(core.yPx, core.heightPx, page.heightPx));
}

/** From blocks to the pixels of them. */
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

import { tileAt, type Grid, type PageSize } from './grid.js';

export interface Span {
  readonly start: number;
  readonly end: number;
}

/** Some rows of tiles of a page, as far as they can be run without the rest of it. */
export interface Band {
  readonly tileRows: Span;
  /** Rows of pixels that the tiles contribute. */
  readonly core: Span;
  /** Rows of pixels that they look at. */
  readonly window: Span;
}

/**
 * Cuts a page into bands of whole rows of tiles, so that the tiles, and with them the result, are those of the
 * page as a whole.
 * @param mostRows of a window, but for a single row of tiles that is higher
 */
export function* bandsOf(page: PageSize, grid: Grid, radiusPx: number, mostRows: number): Generator<Band> {
  const tileIn = (row: number) => tileAt(page, grid, row * grid.columns, radiusPx);
  const band = (start: number, end: number): Band => {
    const [first, last] = [tileIn(start), tileIn(end - 1)];
    return {
      tileRows: { start, end },
      core: { start: first.core.yPx, end: last.core.yPx + last.core.heightPx },
      window: { start: first.window.yPx, end: last.window.yPx + last.window.heightPx },
    };
  };
  for (let start = 0, end = 1; start < grid.rows; start = end, end = start + 1) {
    while (end < grid.rows && heightOf(band(start, end + 1).window) <= mostRows) end += 1;
    yield band(start, end);
  }
}

export const heightOf = ({ start, end }: Span) => end - start;

import { rect } from './grid.js';
import type { PageSize, Span, PlannedTile, TileRow } from '../../contract/tiles.js';
import { ALL_CLOSED } from './sides.js';

/**
 * Tiles for a network that takes one size alone. The windows are spread evenly over the page, and two cores meet in
 * the middle of what their windows share: at least the halo of both. What of a window lies beyond a smaller page is
 * filled with its nearest pixels.
 * @param sidePx of a tile without its halo, where it is stated: a smaller one makes for more tiles
 */
export function planWindows(
  page: PageSize,
  windowPx: PageSize,
  haloPx: number,
  sidePx: number | undefined,
): TileRow[] {
  const columns = spread(page.widthPx, windowPx.widthPx, haloPx, sidePx);
  return spread(page.heightPx, windowPx.heightPx, haloPx, sidePx).map((row) => ({
    tiles: columns.length,
    tileAt(index) {
      const column = columns[index];
      if (!column) throw new RangeError(`There is no tile ${index}.`);
      return planned(column, row);
    },
    core: row.core,
    // alpha is compared with the pixels around it
    window: {
      start: Math.max(0, Math.min(row.window.start, row.core.start - 1)),
      end: Math.min(page.heightPx, Math.max(row.window.end, row.core.end + 1)),
    },
  }));
}

interface Place {
  readonly core: Span;
  readonly window: Span;
}

function spread(lengthPx: number, windowPx: number, haloPx: number, sidePx = Infinity): Place[] {
  const stepPx = Math.max(1, Math.min(windowPx - 2 * haloPx, sidePx));
  const roomPx = lengthPx - windowPx;
  const wanted = Math.ceil((lengthPx - 2 * haloPx) / stepPx);
  const count = roomPx <= 0 ? 1 : Math.min(roomPx + 1, Math.max(2, wanted));
  const startOf = (index: number) => (count === 1 ? 0 : Math.floor((index * roomPx) / (count - 1)));
  const border = (index: number) => {
    if (index === 0) return 0;
    return index === count ? lengthPx : Math.floor((startOf(index) + startOf(index - 1) + windowPx) / 2);
  };
  return Array.from({ length: count }, (_, index) => ({
    core: { start: border(index), end: border(index + 1) },
    window: { start: startOf(index), end: startOf(index) + windowPx },
  }));
}

function planned(column: Place, row: Place): PlannedTile {
  const window = rect(column.window, row.window);
  return {
    core: rect(column.core, row.core),
    window,
    form: 'whole',
    closed: ALL_CLOSED,
    covered: window,
  };
}

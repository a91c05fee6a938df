/** A rectangle of a page, in pixels from its top left corner. */
export interface Rect {
  readonly xPx: number;
  readonly yPx: number;
  readonly widthPx: number;
  readonly heightPx: number;
}

export interface PageSize {
  readonly widthPx: number;
  readonly heightPx: number;
}

/** How a page is cut: every side evenly, so that no tile is a sliver. */
export interface Grid {
  readonly columns: number;
  readonly rows: number;
}

export interface Tile {
  /** What it contributes to the result; the cores of a page cover each pixel once. */
  readonly core: Rect;
  /** The core with its halo. It ends at the page's border, where the network's own padding must act. */
  readonly window: Rect;
}

/** The fewest columns and rows whose cores are at most `sidePx` wide and high. */
export function gridBySide(page: PageSize, sidePx: number): Grid {
  return { columns: Math.ceil(page.widthPx / sidePx), rows: Math.ceil(page.heightPx / sidePx) };
}

/**
 * @param index 0 .. columns × rows - 1, row by row
 * @param radiusPx width of the halo: the network's receptive-field radius
 */
export function tileAt(page: PageSize, grid: Grid, index: number, radiusPx: number): Tile {
  const across = part(page.widthPx, grid.columns, index % grid.columns, radiusPx);
  const down = part(page.heightPx, grid.rows, Math.floor(index / grid.columns), radiusPx);
  return {
    core: rect(across.core, down.core),
    window: rect(across.window, down.window),
  };
}

interface Span {
  readonly start: number;
  readonly end: number;
}

function part(length: number, parts: number, index: number, radius: number): { core: Span; window: Span } {
  const start = Math.floor((index * length) / parts);
  const end = Math.floor(((index + 1) * length) / parts);
  return {
    core: { start, end },
    window: { start: Math.max(0, start - radius), end: Math.min(length, end + radius) },
  };
}

function rect(across: Span, down: Span): Rect {
  return {
    xPx: across.start,
    yPx: down.start,
    widthPx: across.end - across.start,
    heightPx: down.end - down.start,
  };
}

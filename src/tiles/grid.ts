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
  /**
   * The core with its halo. It ends at the page's border, where the network's own padding must act, or at the
   * end of the block that the border lies in.
   */
  readonly window: Rect;
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
  const row = Math.floor(index / grid.columns);
  const across = part(page.widthPx, grid.columns, index % grid.columns, radiusPx, alignPx);
  const down = part(page.heightPx, grid.rows, row, radiusPx, alignPx);
  return {
    core: rect(across.core, down.core),
    window: rect(across.window, down.window),
  };
}

interface Span {
  readonly start: number;
  readonly end: number;
}

function part(
  length: number,
  parts: number,
  index: number,
  radius: number,
  align: number,
): { core: Span; window: Span } {
  const blocks = Math.ceil(length / align);
  const halo = Math.ceil(radius / align) * align;
  const start = Math.floor((index * blocks) / parts) * align;
  const end = Math.floor(((index + 1) * blocks) / parts) * align;
  return {
    core: { start, end: Math.min(length, end) },
    window: { start: Math.max(0, start - halo), end: Math.min(blocks * align, end + halo) },
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

import type { Span, TileRow } from '../../contract/tiles.js';

/** Some rows of tiles of a page, as far as they can be run without the rest of it. */
export interface Band {
  readonly tileRows: readonly TileRow[];
  /** Rows of pixels that the tiles contribute. */
  readonly core: Span;
  /** Rows of pixels that they look at. */
  readonly window: Span;
}

/**
 * Cuts a page into bands of whole rows of its tiles, so that the tiles, and with them the result, are those of
 * the page as a whole.
 * @param rows of tiles, from top to bottom
 * @param mostRows of pixels of a window, but for a single row of tiles that is higher
 */
export function* bandsOf(rows: readonly TileRow[], mostRows: number): Generator<Band> {
  let band: Band | undefined;
  for (const row of rows) {
    const longer = band && extended(band, row);
    if (band && longer && heightOf(longer.window) > mostRows) {
      yield band;
      band = undefined;
    }
    band = band ? longer : { tileRows: [row], core: row.core, window: row.window };
  }
  if (band) yield band;
}

function extended({ tileRows, core, window }: Band, row: TileRow): Band {
  return {
    tileRows: [...tileRows, row],
    core: { start: core.start, end: row.core.end },
    window: { start: window.start, end: Math.max(window.end, row.window.end) },
  };
}

export const heightOf = ({ start, end }: Span) => end - start;

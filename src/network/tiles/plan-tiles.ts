import type { PlannedTile, TileRow, PageSize, Rect, Span, ClosedSides, Sides } from '../../contract/tiles.js';
import type { NarrowedNetwork, NativeNetwork, NetworkFile, TiledNetwork } from '../../contract/engine.js';
import { trimmedHalo } from '../engines/network-io.js';
import {
  chooseGrid,
  haloOf,
  openTileSide,
  TILE_MACS,
  type TileCosts,
  chooseNarrowedGrid,
  macsOfNarrowed,
  chooseNativeGrid,
  macsOfTile,
} from './choose-grid.js';
import { gridBySide, tileAt, withHalo, type Grid, inBlocks, rect } from './grid.js';
import { ALL_CLOSED, closedAxes, sidesIndex } from './sides.js';

export type PlannedNetwork = TileCosts & Pick<NetworkFile, 'native' | 'narrowed' | 'tiled' | 'windowPx'>;

/**
 * Plans the cheapest way to compute the whole image, from the page's size, the network and the option alone,
 * so that the result is the same for any number of workers.
 * @param sidePx side of a tile without its halo, if the user set it
 * @returns rows of tiles, from top to bottom; their cores cover each pixel of the page once
 */
export function planTiles(page: PageSize, network: PlannedNetwork, sidePx: number | undefined): TileRow[] {
  const { windowPx } = network;
  if (windowPx) return planWindows(page, windowPx, haloOf(network), sidePx);
  if (network.native) return planNative(page, network, network.native, sidePx);
  const whole = network.narrowed
    ? planNarrowed(page, network, network.narrowed, sidePx)
    : planWhole(page, network, sidePx);
  const tiled = network.tiled && planTiled(page, network.tiled, network.radiusPx, sidePx);
  // a narrowed network has one form for all sides of an image, with faster operators
  const factor = network.narrowed ? 0.95 : 1;
  return (tiled && tiled.macs < whole.macs * factor ? tiled : whole).rows;
}

interface Plan {
  readonly rows: TileRow[];
  /** Cost in multiply-adds; infinite if a tile is too small for the form. */
  readonly macs: number;
}

/** Plans tiles with a halo for the network as it is. */
function planWhole(page: PageSize, network: TileCosts, sidePx: number | undefined): Plan {
  const grid = chooseGrid(page, network, sidePx);
  const { alignPx = 1, macsPerPixel } = network;
  const haloPx = haloOf(network);
  const reachPx = alignPx * Math.ceil(haloPx / alignPx);
  const planned = (index: number): PlannedTile => {
    const tile = tileAt(page, grid, index, haloPx, alignPx);
    return { ...tile, form: 'whole', closed: ALL_CLOSED, covered: tile.window };
  };
  const macsOf = (index: number) => {
    const { widthPx, heightPx } = planned(index).window;
    return macsPerPixel * widthPx * heightPx;
  };
  return planGrid(page, grid, planned, macsOf, reachPx);
}

/** Plans tiles with a halo for our own kernels, which compute only what each layer needs. */
function planNative(
  page: PageSize,
  network: TileCosts,
  native: NativeNetwork,
  sidePx: number | undefined,
): TileRow[] {
  const { alignPx = 1 } = network;
  const chosen =
    sidePx === undefined ? chooseNativeGrid(page, native, alignPx) : gridBySide(page, sidePx, alignPx);
  // whole-image means take a single pass if the image is one tile
  const { columns, rows } =
    network.means && sidePx === undefined ? chooseGrid(page, network, undefined) : chosen;
  const grid = network.means && columns * rows === 1 ? { columns, rows } : chosen;
  const haloPx = haloOf(network);
  const planned = (index: number): PlannedTile => {
    const { core, window } = tileAt(page, grid, index, haloPx, alignPx);
    const whole = inBlocks(core, alignPx);
    return { core, window, form: 'native', closed: ALL_CLOSED, covered: whole, halo: around(whole, window) };
  };
  return planGrid(page, grid, planned, () => 0, alignPx * Math.ceil(haloPx / alignPx)).rows;
}

/** Plans tiles with a halo that the network trims step by step. */
function planNarrowed(
  page: PageSize,
  network: TileCosts,
  narrowed: NarrowedNetwork,
  sidePx: number | undefined,
): Plan {
  const { alignPx = 1 } = network;
  const grid =
    sidePx === undefined ? chooseNarrowedGrid(page, narrowed, alignPx) : gridBySide(page, sidePx, alignPx);
  const haloPx = haloOf(network);
  const planned = (index: number) => {
    const { core, window } = tileAt(page, grid, index, haloPx, alignPx);
    const halo = around(inBlocks(core, alignPx), window);
    const left = trimmedHalo(narrowed, halo);
    return { core, window, form: 'narrowed' as const, closed: ALL_CLOSED, covered: less(window, left), halo };
  };
  const macsOf = (index: number) => {
    const { core, halo } = planned(index);
    return macsOfNarrowed(narrowed, core, halo);
  };
  return planGrid(page, grid, planned, macsOf, alignPx * Math.ceil(haloPx / alignPx));
}

/** Plans tiles without a halo at open sides, for the tiled forms of the network. */
function planTiled(
  page: PageSize,
  network: TiledNetwork,
  radiusPx: number,
  statedPx: number | undefined,
): Plan {
  const sidePx = statedPx ?? openTileSide(network, radiusPx);
  // an image no larger than one tile stays whole, whatever its shape
  const fits = statedPx === undefined && page.widthPx * page.heightPx <= sidePx ** 2;
  const grid = fits ? { columns: 1, rows: 1 } : gridBySide(page, sidePx);
  const planned = (index: number): PlannedTile => {
    const { core, window } = tileAt(page, grid, index, radiusPx);
    const closed = closedAxes({
      top: core.yPx < radiusPx,
      left: core.xPx < radiusPx,
      bottom: core.yPx + core.heightPx + radiusPx > page.heightPx,
      right: core.xPx + core.widthPx + radiusPx > page.widthPx,
    });
    return { core, window, form: 'tiled', closed, covered: inside(window, radiusPx, closed) };
  };
  const macsOf = (index: number) => {
    const { covered, closed } = planned(index);
    const { widthPx, heightPx } = covered;
    const work = network.bySides[sidesIndex(closed)]?.work;
    const tooSmall = (closed.left && widthPx < network.leastPx) || (closed.top && heightPx < network.leastPx);
    return work && !tooSmall ? macsOfTile(work, widthPx, heightPx) : Infinity;
  };
  return planGrid(page, grid, planned, macsOf, radiusPx);
}

function planGrid(
  page: PageSize,
  { columns, rows }: Grid,
  tileOf: (index: number) => PlannedTile,
  macsOf: (index: number) => number,
  reachPx: number,
): Plan {
  let macs = columns * rows * TILE_MACS;
  for (let index = 0; index < columns * rows; index += 1) macs += macsOf(index);
  return {
    macs,
    rows: Array.from({ length: rows }, (_, row) => ({
      tiles: columns,
      tileAt: (index) => tileOf(row * columns + index),
      ...spansOf(page, tileOf(row * columns).core, reachPx),
    })),
  };
}

/** Alpha is compared with its neighbours, even if the network sees one pixel only. */
const MIN_REACH_PX = 1;

function spansOf(page: PageSize, rect: Rect, haloPx: number): Pick<TileRow, 'core' | 'window'> {
  const spanOf = ({ yPx, heightPx }: Rect): Span => ({ start: yPx, end: yPx + heightPx });
  return { core: spanOf(rect), window: spanOf(withHalo(page, rect, Math.max(MIN_REACH_PX, haloPx))) };
}

/** Shrinks a window by `byPx` at its open sides. */
function inside(window: Rect, byPx: number, closed: ClosedSides): Rect {
  const by = (isClosed: boolean) => (isClosed ? 0 : byPx);
  return less(window, {
    top: by(closed.top),
    left: by(closed.left),
    bottom: by(closed.bottom),
    right: by(closed.right),
  });
}

function less({ xPx, yPx, widthPx, heightPx }: Rect, { top, left, bottom, right }: Sides<number>): Rect {
  return {
    xPx: xPx + left,
    yPx: yPx + top,
    widthPx: widthPx - left - right,
    heightPx: heightPx - top - bottom,
  };
}

function around(core: Rect, window: Rect): Sides<number> {
  return {
    top: core.yPx - window.yPx,
    left: core.xPx - window.xPx,
    bottom: window.yPx + window.heightPx - core.yPx - core.heightPx,
    right: window.xPx + window.widthPx - core.xPx - core.widthPx,
  };
}

/**
 * Plans tiles for a network with a fixed input size. Windows are spread evenly over the page, and adjacent
 * cores meet in the middle of their windows' overlap, which is at least two halos wide. A window that extends
 * beyond a smaller page is filled with the nearest pixels.
 * @param sidePx side of a tile without its halo, if the user set it: a smaller one gives more tiles
 */
export function planWindows(
  page: PageSize,
  windowPx: PageSize,
  haloPx: number,
  sidePx: number | undefined,
): TileRow[] {
  const columns = spreadWindows(page.widthPx, windowPx.widthPx, haloPx, sidePx);
  return spreadWindows(page.heightPx, windowPx.heightPx, haloPx, sidePx).map((row) => ({
    tiles: columns.length,
    tileAt(index) {
      const column = columns[index];
      if (!column) throw new RangeError(`The row has no tile ${index}.`);
      return plannedWindow(column, row);
    },
    core: row.core,
    // alpha is compared with its neighbours
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

function spreadWindows(lengthPx: number, windowPx: number, haloPx: number, sidePx = Infinity): Place[] {
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

function plannedWindow(column: Place, row: Place): PlannedTile {
  const window = rect(column.window, row.window);
  return {
    core: rect(column.core, row.core),
    window,
    form: 'whole',
    closed: ALL_CLOSED,
    covered: window,
  };
}

/** Consecutive rows of tiles that can be run without the rest of the page. */
export interface Band {
  readonly tileRows: readonly TileRow[];
  /** Rows of pixels that the tiles produce. */
  readonly core: Span;
  /** Rows of pixels that the tiles read. */
  readonly window: Span;
}

/**
 * Cuts a page into bands of whole rows of tiles, so that tiles and results equal those of the whole page.
 * @param rows of tiles, from top to bottom
 * @param maxRows maximum height of a window, in pixels, unless a single row of tiles is higher
 */
export function* bandsOf(rows: readonly TileRow[], maxRows: number): Generator<Band> {
  let band: Band | undefined;
  for (const row of rows) {
    const longer = band && extended(band, row);
    if (band && longer && heightOf(longer.window) > maxRows) {
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

import {
  type PlannedTile,
  type TileRow,
  type PageSize,
  type Rect,
  type Span,
  type ClosedSides,
  type Sides,
} from '../../contract/tiles.js';
import type { NarrowedNetwork, NativeNetwork, NetworkFile, TiledNetwork } from '../../contract/engine.js';
import { lackOf } from '../engines/narrows.js';
import { chooseGrid, haloOf, openTileSide, TILE_MACS, type TileCosts } from './choose.js';
import { gridBySide, tileAt, withHalo, type Grid } from './grid.js';
import { chooseNarrowedGrid, macsOfNarrowed } from './narrowed.js';
import { chooseNativeGrid } from './native-grid.js';
import { inBlocks } from './share.js';
import { ALL_CLOSED, closedAxes, sidesIndex } from './sides.js';
import { planWindows } from './windows.js';
import { macsOfTile } from './tile-macs.js';

export type PlannedNetwork = TileCosts & Pick<NetworkFile, 'native' | 'narrowed' | 'tiled' | 'windowPx'>;

/**
 * The cheapest way to make the whole image's pixels, from the page's size, the network and the option alone,
 * so that the result is the same for any number of workers.
 * @param sidePx of a tile without its halo, where it is stated
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
  return (tiled && tiled.macs < whole.macs * worthOfTiled(network) ? tiled : whole).rows;
}

/**
 * How much less work it must be to be taken: the form whose halo is taken off is one for all sides of an image, and
 * its operators are quicker.
 */
function worthOfTiled({ narrowed }: PlannedNetwork): number {
  if (!narrowed) return 1;
  return 0.95;
}

interface Plan {
  readonly rows: TileRow[];
  /** What it costs, in multiply-adds; infinite where a tile is too small for it. */
  readonly macs: number;
}

/** Tiles with a halo, through the network as it is. */
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

/** Tiles with a halo, of which our own kernels compute what each layer needs. */
function planNative(
  page: PageSize,
  network: TileCosts,
  native: NativeNetwork,
  sidePx: number | undefined,
): TileRow[] {
  const { alignPx = 1 } = network;
  const chosen =
    sidePx === undefined ? chooseNativeGrid(page, native, alignPx) : gridBySide(page, sidePx, alignPx);
  // means over the whole image are one pass, where the image may be one tile
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

/** Tiles with a halo that the network takes off. */
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
    const left = lackOf(narrowed, halo);
    return { core, window, form: 'narrowed' as const, closed: ALL_CLOSED, covered: less(window, left), halo };
  };
  const macsOf = (index: number) => {
    const { core, halo } = planned(index);
    return macsOfNarrowed(narrowed, core, halo);
  };
  return planGrid(page, grid, planned, macsOf, alignPx * Math.ceil(haloPx / alignPx));
}

/** Tiles without a halo at open sides, through the network as it is made for them. */
function planTiled(
  page: PageSize,
  network: TiledNetwork,
  radiusPx: number,
  statedPx: number | undefined,
): Plan {
  const sidePx = statedPx ?? openTileSide(network, radiusPx);
  // as much as one tile may hold stays whole, whatever its shape
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

/** Alpha is compared with the pixels around it, also where the network sees but one. */
const LEAST_REACH_PX = 1;

function spansOf(page: PageSize, rect: Rect, haloPx: number): Pick<TileRow, 'core' | 'window'> {
  const spanOf = ({ yPx, heightPx }: Rect): Span => ({ start: yPx, end: yPx + heightPx });
  return { core: spanOf(rect), window: spanOf(withHalo(page, rect, Math.max(LEAST_REACH_PX, haloPx))) };
}

/** A window without what lies beyond its open sides. */
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

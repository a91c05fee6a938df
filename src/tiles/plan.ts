import type { NetworkFile, TileForm as NetworkForm, TiledForms } from '../engines/engine.js';
import { chooseGrid, haloOf, openTileSide, TILE_MACS, type TileCosts } from './choose.js';
import {
  coreAt,
  gridBySide,
  tileAt,
  withHalo,
  type Grid,
  type PageSize,
  type Rect,
  type Span,
  type Tile,
} from './grid.js';
import { ALL_OPEN, CLOSED_SIDES, sidesIndex, type ClosedSides } from './sides.js';
import { macsOfTile } from './work.js';

/** What a tile goes through: the network as it is, or one of the forms made for tiles. */
export type TileForm = 'whole' | keyof TiledForms;

export interface PlannedTile extends Tile {
  readonly form: TileForm;
  /** Sides at which the image ends and the network's own zeros act. */
  readonly closed: ClosedSides;
  /** What the network makes of the window: at least the core. */
  readonly covered: Rect;
}

/** Tiles beside and below one another whose cores make some whole rows of the page's pixels. */
export interface TileRow {
  readonly tiles: number;
  /** @param index 0 .. tiles - 1 */
  tileAt(index: number): PlannedTile;
  /** Rows of pixels that the tiles contribute. */
  readonly core: Span;
  /** Rows of pixels of the page that they look at. */
  readonly window: Span;
}

export type PlannedNetwork = TileCosts & Pick<NetworkFile, 'tiled'>;

/**
 * The cheapest way to make the whole image's pixels, from the page's size, the network and the option alone,
 * so that the result is the same for any number of workers.
 * @param sidePx of a tile without its halo, where it is stated
 * @returns rows of tiles, from top to bottom; their cores cover each pixel of the page once
 */
export function planTiles(page: PageSize, network: PlannedNetwork, sidePx: number | undefined): TileRow[] {
  const { tiled, radiusPx } = network;
  if (!tiled) return planWhole(page, network, sidePx);
  const plans = (['exact', 'composed'] as const).flatMap((form) => {
    const made = tiled[form];
    return made ? [cut(page, form, made, radiusPx, sidePx)] : [];
  });
  const [cheapest] = plans
    .map((plan) => ({ plan, macs: macsOf(page, plan, radiusPx, tiled.composed?.leastPx) }))
    .sort((one, other) => one.macs - other.macs);
  return cheapest ? rowsOf(page, cheapest.plan, radiusPx) : [];
}

/** Tiles with a halo, through the network as it is. */
function planWhole(page: PageSize, network: TileCosts, sidePx: number | undefined): TileRow[] {
  const grid = chooseGrid(page, network, sidePx);
  const { alignPx = 1 } = network;
  const haloPx = haloOf(network);
  const reachPx = alignPx * Math.ceil(haloPx / alignPx);
  return Array.from({ length: grid.rows }, (_, row) => {
    const planned = (index: number): PlannedTile => {
      const tile = tileAt(page, grid, row * grid.columns + index, haloPx, alignPx);
      return { ...tile, form: 'whole', closed: ALL_CLOSED, covered: tile.window };
    };
    return { tiles: grid.columns, tileAt: planned, ...spansOf(page, planned(0).core, reachPx) };
  });
}

/** Alpha is compared with the pixels around it, also where the network sees but one. */
const LEAST_REACH_PX = 1;

function spansOf(page: PageSize, rect: Rect, haloPx: number): Pick<TileRow, 'core' | 'window'> {
  const spanOf = ({ yPx, heightPx }: Rect): Span => ({ start: yPx, end: yPx + heightPx });
  return { core: spanOf(rect), window: spanOf(withHalo(page, rect, Math.max(LEAST_REACH_PX, haloPx))) };
}

const ALL_CLOSED = CLOSED_SIDES.at(-1) ?? ALL_OPEN;

/** The page cut evenly, for one form. */
interface Plan {
  readonly grid: Grid;
  readonly form: keyof TiledForms;
  readonly network: NetworkForm;
}

/** Where no side is stated, as much as one tile may hold stays whole, whatever its shape. */
function cut(
  page: PageSize,
  form: Plan['form'],
  network: NetworkForm,
  radiusPx: number,
  statedPx: number | undefined,
): Plan {
  const sidePx = statedPx ?? openTileSide(network, radiusPx);
  const fits = statedPx === undefined && page.widthPx * page.heightPx <= sidePx ** 2;
  return { grid: fits ? { columns: 1, rows: 1 } : gridBySide(page, sidePx), form, network };
}

function rowsOf(page: PageSize, plan: Plan, radiusPx: number): TileRow[] {
  const { columns, rows } = plan.grid;
  return Array.from({ length: rows }, (_, row) => {
    const at = (index: number) => plannedTile(page, plan, row * columns + index, radiusPx);
    return { tiles: columns, tileAt: at, ...spansOf(page, at(0).core, radiusPx) };
  });
}

function plannedTile(page: PageSize, { grid, form }: Plan, index: number, radiusPx: number): PlannedTile {
  const core = coreAt({ xPx: 0, yPx: 0, ...page }, grid, index);
  const window = withHalo(page, core, radiusPx);
  const closed = {
    top: core.yPx < radiusPx,
    left: core.xPx < radiusPx,
    bottom: core.yPx + core.heightPx + radiusPx > page.heightPx,
    right: core.xPx + core.widthPx + radiusPx > page.widthPx,
  };
  return { core, window, form, closed, covered: inside(window, radiusPx, closed) };
}

/** A window without what lies beyond its open sides. */
function inside({ xPx, yPx, widthPx, heightPx }: Rect, byPx: number, closed: ClosedSides): Rect {
  const by = (isClosed: boolean) => (isClosed ? 0 : byPx);
  return {
    xPx: xPx + by(closed.left),
    yPx: yPx + by(closed.top),
    widthPx: widthPx - by(closed.left) - by(closed.right),
    heightPx: heightPx - by(closed.top) - by(closed.bottom),
  };
}

/** Infinite where a tile is too small for the form. */
function macsOf(page: PageSize, plan: Plan, radiusPx: number, leastPx = 1): number {
  const { grid, form, network } = plan;
  let macs = 0;
  for (let index = 0; index < grid.columns * grid.rows; index += 1) {
    const { covered, closed } = plannedTile(page, plan, index, radiusPx);
    const { widthPx, heightPx } = covered;
    const isInner = !closed.top && !closed.left && !closed.bottom && !closed.right;
    const work = network.bySides[sidesIndex(closed)]?.work;
    if (!work || (form === 'composed' && !isInner && Math.min(widthPx, heightPx) < leastPx)) return Infinity;
    macs += macsOfTile(work, widthPx, heightPx) + TILE_MACS;
  }
  return macs;
}

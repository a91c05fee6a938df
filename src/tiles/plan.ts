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
import type { Beyond } from './planes.js';
import { ALL_OPEN, CLOSED_SIDES, type ClosedSides } from './sides.js';
import { macsOfTile } from './work.js';

/** What a tile goes through: the network as it is, or one of the forms made for tiles. */
export type TileForm = 'whole' | keyof TiledForms;

export interface PlannedTile extends Tile {
  readonly form: TileForm;
  /** Sides at which the image ends and the network's own zeros act. */
  readonly closed: ClosedSides;
  /** What fills the window where it is larger than the page. */
  readonly beyond: Beyond;
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
 * so that the result is the same for any number of workers: every tile through the exact form, or the inner
 * part through the form that is wrong at the border, and the frame around it through the exact one.
 * @param sidePx of a tile without its halo, where it is stated
 * @returns rows of tiles, from top to bottom; their cores cover each pixel of the page once
 */
export function planTiles(page: PageSize, network: PlannedNetwork, sidePx: number | undefined): TileRow[] {
  const { tiled, radiusPx } = network;
  if (!tiled) return planWhole(page, network, sidePx);
  const { exact, interior } = tiled;
  const whole = { xPx: 0, yPx: 0, ...page };
  const plain = rowsOf(cut(whole, 'exact', exact, radiusPx, sidePx)).map((row) => [row]);
  const framed = interior && cutFramed(page, { exact, interior }, radiusPx, sidePx);
  const macs = (rows: readonly Region[][]) => macsOf(page, rows.flat(), radiusPx);
  const cheaper = framed && macs(framed) < macs(plain) ? framed : plain;
  return cheaper.map((regions) => planRow(page, regions, radiusPx));
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
      return { ...tile, form: 'whole', closed: ALL_CLOSED, beyond: 'nearest', covered: tile.window };
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

/** A part of the page that is cut evenly, and goes through one form. */
interface Region {
  readonly rect: Rect;
  readonly grid: Grid;
  readonly form: 'exact' | 'interior';
  readonly network: NetworkForm;
}

/** Where no side is stated, as much as one tile may hold stays whole, whatever its shape. */
function cut(
  rect: Rect,
  form: Region['form'],
  network: NetworkForm,
  radiusPx: number,
  statedPx: number | undefined,
): Region {
  const sidePx = statedPx ?? openTileSide(network, radiusPx);
  const fits = statedPx === undefined && rect.widthPx * rect.heightPx <= sidePx ** 2;
  return { rect, grid: fits ? { columns: 1, rows: 1 } : gridBySide(rect, sidePx), form, network };
}

/** A region's rows of tiles, as many in one as are not higher than `mostPx`, each a region of its own. */
function rowsOf(region: Region, mostPx = 0): Region[] {
  const { rect, grid } = region;
  const together = Math.max(1, Math.floor(mostPx / Math.ceil(rect.heightPx / grid.rows)));
  const count = Math.ceil(grid.rows / together);
  return Array.from({ length: count }, (_, index) => {
    const first = Math.floor((index * grid.rows) / count);
    const end = Math.floor(((index + 1) * grid.rows) / count);
    const { yPx } = coreAt(rect, { ...grid, columns: 1 }, first);
    const last = coreAt(rect, { ...grid, columns: 1 }, end - 1);
    const heightPx = last.yPx + last.heightPx - yPx;
    return { ...region, rect: { ...rect, yPx, heightPx }, grid: { ...grid, rows: end - first } };
  });
}

/** So many pixels of a page may be one row where that makes for longer pieces of the frame: it can be held at once. */
const MOST_ROW_PX = 2 ** 19;

/** The frame's sides are cut where the rows of the inner part end, so that there are rows of all three. */
function cutFramed(
  { widthPx, heightPx }: PageSize,
  { exact, interior }: Required<TiledForms>,
  radiusPx: number,
  statedPx: number | undefined,
): Region[][] | undefined {
  const { borderPx } = interior;
  const inner = {
    xPx: borderPx,
    yPx: borderPx,
    widthPx: widthPx - 2 * borderPx,
    heightPx: heightPx - 2 * borderPx,
  };
  if (inner.widthPx < 1 || inner.heightPx < 1) return undefined;
  const sidePx = statedPx ?? openTileSide(interior, radiusPx);
  // a piece of the frame costs no more than a tile
  const tileMacs = macsOfTile(interior.work, sidePx, sidePx, ALL_OPEN);
  const piecePx =
    statedPx ?? Math.max(sidePx, Math.floor(tileMacs / macsOfTile(exact.work, 1, borderPx, ALONG)));
  const strip = (rect: Rect): Region => ({
    rect,
    grid: gridBySide(rect, piecePx),
    form: 'exact',
    network: exact,
  });
  const across = { xPx: 0, widthPx, heightPx: borderPx };
  const mostPx = Math.min(piecePx, MOST_ROW_PX / widthPx);
  const rows = rowsOf(cut(inner, 'interior', interior, radiusPx, statedPx), mostPx).map((row) => {
    const side = { ...row.rect, widthPx: borderPx };
    return [row, strip({ ...side, xPx: 0 }), strip({ ...side, xPx: widthPx - borderPx })];
  });
  return [[strip({ ...across, yPx: 0 })], ...rows, [strip({ ...across, yPx: heightPx - borderPx })]];
}

/** A piece of the frame, looked at along its length. */
const ALONG: ClosedSides = { top: true, left: true, bottom: false, right: true };

/** @param regions of one row: the first of them is as high as it */
function planRow(page: PageSize, regions: readonly Region[], radiusPx: number): TileRow {
  const [first] = regions;
  if (!first) throw new RangeError('A row of tiles is empty.');
  return {
    ...spansOf(page, first.rect, radiusPx),
    tiles: regions.reduce((sum, { grid }) => sum + grid.columns * grid.rows, 0),
    tileAt(index) {
      let rest = index;
      for (const region of regions) {
        const tiles = region.grid.columns * region.grid.rows;
        if (rest < tiles) return plannedTile(page, region, rest, radiusPx);
        rest -= tiles;
      }
      throw new RangeError(`There is no tile ${index}.`);
    },
  };
}

function plannedTile(
  page: PageSize,
  { rect, grid, form }: Region,
  index: number,
  radiusPx: number,
): PlannedTile {
  const core = coreAt(rect, grid, index);
  if (form === 'interior') {
    return {
      core,
      window: grown(core, radiusPx, ALL_OPEN),
      form,
      closed: ALL_OPEN,
      beyond: 'zeros',
      covered: core,
    };
  }
  const window = withHalo(page, core, radiusPx);
  const closed = {
    top: core.yPx < radiusPx,
    left: core.xPx < radiusPx,
    bottom: core.yPx + core.heightPx + radiusPx > page.heightPx,
    right: core.xPx + core.widthPx + radiusPx > page.widthPx,
  };
  return { core, window, form, closed, beyond: 'zeros', covered: grown(window, -radiusPx, closed) };
}

/** Moves every side that is open outwards. */
function grown({ xPx, yPx, widthPx, heightPx }: Rect, byPx: number, closed: ClosedSides): Rect {
  const by = (isClosed: boolean) => (isClosed ? 0 : byPx);
  return {
    xPx: xPx - by(closed.left),
    yPx: yPx - by(closed.top),
    widthPx: widthPx + by(closed.left) + by(closed.right),
    heightPx: heightPx + by(closed.top) + by(closed.bottom),
  };
}

function macsOf(page: PageSize, regions: readonly Region[], radiusPx: number): number {
  let macs = 0;
  for (const region of regions) {
    const tiles = region.grid.columns * region.grid.rows;
    for (let index = 0; index < tiles; index += 1) {
      const { covered, closed } = plannedTile(page, region, index, radiusPx);
      macs += macsOfTile(region.network.work, covered.widthPx, covered.heightPx, closed) + TILE_MACS;
    }
  }
  return macs;
}

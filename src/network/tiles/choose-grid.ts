import type { NetworkFile, TiledNetwork, NarrowedNetwork, NativeNetwork } from '../../contract/engine.js';
import { gridBySide, type Grid } from './grid.js';
import type { PageSize, Sides, Stage, NativeStage, TileWork } from '../../contract/tiles.js';
import { ALL_OPEN, sidesIndex } from './sides.js';

export type TileCosts = Pick<
  NetworkFile,
  'radiusPx' | 'feltPx' | 'alignPx' | 'macsPerPixel' | 'liveFloatsPerPixel' | 'means'
>;

/**
 * Memory is weighed against the work that halos waste: a tile with a working set of this size is charged
 * twice its work, since every worker holds one.
 */
const DOUBLING_BYTES = 128 * 2 ** 20;

/** Upper bound for one tile: a few seconds of one core, since a worker is never interrupted within a tile. */
const MAX_TILE_MACS = 256e9;

/** Overhead of dispatching one tile, in pixels that could be computed in that time. */
const HANDOVER_PX = 2000;

/** The same overhead in multiply-adds, for tiled and narrowed networks. */
export const TILE_MACS = 50e6;

const MAX_SIDE_PX = 1024;

/**
 * Maximum width of a halo. Deep networks have a far larger receptive field than they use: for the 349 px
 * radius of realesrgan-x4plus, measured on noise and on a photograph, pixels beyond 64 px change no value by
 * more than 0.25 of 255.
 */
export const MAX_HALO_PX = 64;

/** Returns the width of the halo with which a tile equals its part of the whole image. */
export function haloOf({ radiusPx, feltPx = MAX_HALO_PX }: Pick<TileCosts, 'radiusPx' | 'feltPx'>): number {
  return Math.min(radiusPx, feltPx);
}

/**
 * Chooses the grid of a page from its size, the network and the option alone, so that the result is the same
 * for any number of workers.
 * @param sidePx side of a tile without its halo, if the user set it
 */
export function chooseGrid(page: PageSize, network: TileCosts, sidePx: number | undefined): Grid {
  if (sidePx !== undefined) return gridBySide(page, sidePx, network.alignPx);
  const windowPx = largestWindowSide(network);
  const maxPx = Math.max(windowPx ** 2, maxWholePx(network));
  if (page.widthPx * page.heightPx <= maxPx) return { columns: 1, rows: 1 };
  return gridBySide(page, windowPx - 2 * haloOf(network), network.alignPx);
}

/**
 * Returns the largest page that is not cut, in pixels. A network with whole-image means passes over all tiles
 * of an image once for each mean, so cutting costs more.
 */
function maxWholePx({ macsPerPixel, liveFloatsPerPixel, means }: TileCosts): number {
  if (!means) return 0;
  const again = means.steps.reduce((sum, step) => sum + step.macsPerPixel / macsPerPixel, 0);
  const maxBytes = DOUBLING_BYTES * Math.max(1, again);
  return Math.min(MAX_TILE_MACS / macsPerPixel, maxBytes / (4 * liveFloatsPerPixel));
}

/** Returns the side of a tile, halo included, at which a pixel of its core costs least. */
export function largestWindowSide(network: TileCosts): number {
  const halo = haloOf(network);
  const maxByWork = Math.floor(Math.sqrt(MAX_TILE_MACS / network.macsPerPixel));
  // even for expensive pixels, the core stays at least as wide as both halos together
  const most = Math.max(4 * halo, Math.min(maxByWork, MAX_SIDE_PX));
  let best = most;
  let lowest = Infinity;
  for (let side = 2 * halo + 1; side <= most; side += 1) {
    const waste = (side ** 2 + HANDOVER_PX) / (side - 2 * halo) ** 2;
    const bytes = 4 * network.liveFloatsPerPixel * side ** 2;
    const cost = waste * (1 + bytes / DOUBLING_BYTES);
    if (cost < lowest) [best, lowest] = [side, cost];
  }
  return best;
}

/**
 * Returns the cheapest side of a tile of a tiled network, without its halo.
 * @throws RangeError if the network has no form for a tile inside the image
 */
export function openTileSide({ bySides, liveFloatsPerPixel }: TiledNetwork, radiusPx: number): number {
  const { work } = bySides[sidesIndex(ALL_OPEN)] ?? {};
  if (!work) throw new RangeError('There is no form for a tile inside the image.');
  const maxByWork = Math.floor(Math.sqrt(MAX_TILE_MACS / work.perPixel));
  const most = Math.max(2 * radiusPx, Math.min(maxByWork, MAX_SIDE_PX), 1);
  let best = most;
  let lowest = Infinity;
  for (let side = 1; side <= most; side += 1) {
    const macs = macsOfTile(work, side, side) + TILE_MACS;
    const bytes = 4 * liveFloatsPerPixel * (side + 2 * radiusPx) ** 2;
    const cost = (macs / side ** 2) * (1 + bytes / DOUBLING_BYTES);
    if (cost < lowest) [best, lowest] = [side, cost];
  }
  return best;
}

/** Upper bound for one tile of a narrowed network: up to 20 s of a core. */
const MAX_NARROWED_MACS = 1e12;

/**
 * Chooses the grid for a network that trims its halo step by step. Assumes that 15 % of the cores' time is lost
 * while fewer than two tiles are running.
 */
export function chooseNarrowedGrid(page: PageSize, { stages }: NarrowedNetwork, alignPx: number): Grid {
  const sidePx = cheapestSide(stages, TILE_MACS, MAX_NARROWED_MACS, narrowedCost);
  return cheapestNear(page, sidePx, alignPx, (grid) => {
    const tiles = grid.columns * grid.rows;
    const cost = narrowedCost(stages, tiles, (stage) => areaOf(page, grid, stage));
    return cost * (1 + 0.15 * idleShare(tiles, 2));
  });
}

/** The estimated time of `tiles` tiles, in multiply-adds. */
function narrowedCost(stages: readonly Stage[], tiles: number, areaIn: (stage: Stage) => number): number {
  let macs = tiles * TILE_MACS;
  let live = 0;
  for (const stage of stages) {
    const area = areaIn(stage);
    macs += stage.macsPerPixel * area;
    live = Math.max(live, (stage.liveFloatsPerPixel * area) / tiles);
  }
  return macs * (1 + (4 * live) / DOUBLING_BYTES);
}

/** Multiply-adds of one tile of a narrowed network. */
export function macsOfNarrowed({ stages }: NarrowedNetwork, core: PageSize, halo: Sides<number>): number {
  return stages.reduce((sum, { haloPx, beyondPx, macsPerPixel }) => {
    const left = (side: number) => Math.min(side, haloPx) + beyondPx;
    const width = core.widthPx + left(halo.left) + left(halo.right);
    return sum + macsPerPixel * width * (core.heightPx + left(halo.top) + left(halo.bottom));
  }, 0);
}

/** Overhead of dispatching one tile to our own kernels, in multiply-adds. */
const NATIVE_TILE_MACS = 15e6;

/** Upper bound for one tile of our own kernels: a few seconds of a core. */
const MAX_NATIVE_MACS = 200e9;

/** Size of a core's cache: a layer that reads and writes this much of a tile gets half of it from memory. */
const CACHE_BYTES = 10 * 2 ** 20;

/** A tile with a working set of this size is charged twice its work, since every worker holds one. */
const NATIVE_DOUBLING_BYTES = 512 * 2 ** 20;

/** Multiply-adds that take as long as fetching one float from memory. */
const MACS_PER_FLOAT = 45;

/**
 * Chooses the grid for our own kernels, from the page's size and the network alone. A single image should keep
 * 8 cores busy; the cost grows by up to 2 % for cores without a tile.
 */
export function chooseNativeGrid(page: PageSize, { stages }: NativeNetwork, alignPx: number): Grid {
  const sidePx = cheapestSide(stages, NATIVE_TILE_MACS, MAX_NATIVE_MACS, nativeCost);
  return cheapestNear(page, sidePx, alignPx, (grid) => {
    const tiles = grid.columns * grid.rows;
    const cost = nativeCost(stages, tiles, (stage) => areaOf(page, grid, stage));
    return cost * (1 + 0.02 * idleShare(tiles, 8));
  });
}

/** The estimated time of `tiles` tiles, in multiply-adds. */
function nativeCost(
  stages: readonly NativeStage[],
  tiles: number,
  areaIn: (stage: NativeStage) => number,
): number {
  const areas = stages.map(areaIn);
  const bytes = (floatsPerPixel: number, i: number) => (4 * floatsPerPixel * (areas[i] ?? 0)) / tiles;
  const held = Math.max(...stages.map((stage, i) => bytes(stage.liveFloatsPerPixel, i)));
  const macs = stages.reduce((sum, stage, i) => {
    const { macsPerPixel, movedFloatsPerPixel, movedAtOnceFloatsPerPixel } = stage;
    const atOnce = bytes(movedAtOnceFloatsPerPixel, i);
    const missRate = atOnce ** 4 / (atOnce ** 4 + CACHE_BYTES ** 4);
    return sum + (macsPerPixel + missRate * MACS_PER_FLOAT * movedFloatsPerPixel) * (areas[i] ?? 0);
  }, tiles * NATIVE_TILE_MACS);
  return macs * (1 + held / NATIVE_DOUBLING_BYTES);
}

/** The side of a core, without its halo, that costs least per pixel on an endless page. */
function cheapestSide<S extends Stage>(
  stages: readonly S[],
  dispatchMacs: number,
  maxMacs: number,
  costOf: (stages: readonly S[], tiles: number, areaIn: (stage: S) => number) => number,
): number {
  const widest = Math.max(...stages.map(({ haloPx }) => haloPx));
  let best = 1;
  let lowest = Infinity;
  for (let side = 1; side <= MAX_SIDE_PX; side += 1) {
    const areaOfCore = ({ haloPx, beyondPx }: S) => (side + 2 * (haloPx + beyondPx)) ** 2;
    const macs = stages.reduce((sum, stage) => sum + stage.macsPerPixel * areaOfCore(stage), dispatchMacs);
    // even for expensive pixels, the core stays at least as wide as both halos together
    if (macs > maxMacs && side > 2 * widest) break;
    const cost = costOf(stages, 1, areaOfCore) / side ** 2;
    if (cost < lowest) [best, lowest] = [side, cost];
  }
  return best;
}

/** The cheapest grid with at most one column and one row more or fewer than cores of `sidePx` give. */
function cheapestNear(page: PageSize, sidePx: number, alignPx: number, costOf: (grid: Grid) => number): Grid {
  const likely = gridBySide(page, sidePx, alignPx);
  const most = gridBySide(page, 1, alignPx);
  let best = likely;
  let lowest = Infinity;
  for (let columns = Math.max(1, likely.columns - 1); columns <= likely.columns + 1; columns += 1) {
    for (let rows = Math.max(1, likely.rows - 1); rows <= likely.rows + 1; rows += 1) {
      if (columns > most.columns || rows > most.rows) continue;
      const cost = costOf({ columns, rows });
      if (cost < lowest) [best, lowest] = [{ columns, rows }, cost];
    }
  }
  return best;
}

/** Time lost, as a share of the work, when the last of `tiles` tiles do not fill `atOnce` cores. */
function idleShare(tiles: number, atOnce: number): number {
  return (atOnce * Math.ceil(tiles / atOnce)) / tiles - 1;
}

/** Pixels of all tiles of a page in a stage, halos included. */
function areaOf({ widthPx, heightPx }: PageSize, { columns, rows }: Grid, stage: Stage): number {
  const { haloPx, beyondPx } = stage;
  const all = (lengthPx: number, parts: number) => lengthPx + 2 * haloPx * (parts - 1) + 2 * beyondPx * parts;
  return all(widthPx, columns) * all(heightPx, rows);
}

/** Multiply-adds of a tile of the given size. */
export function macsOfTile(work: TileWork, widthPx: number, heightPx: number): number {
  const { perPixel, perWidthPx, perHeightPx, once } = work;
  return perPixel * widthPx * heightPx + perWidthPx * widthPx + perHeightPx * heightPx + once;
}

import type { NarrowedNetwork } from '../../contract/engine.js';
import { DOUBLING_BYTES, MOST_SIDE_PX, TILE_MACS } from './choose.js';
import { gridBySide, type Grid } from './grid.js';
import type { PageSize, Sides, Stage } from '../../contract/tiles.js';

/** Up to 20 s of a core: the dearest networks would otherwise compute more of halos than of the image. */
const MOST_MACS = 1e12;

/** What of the cores' time is thought lost while less than this many tiles are at work. */
const TILES_AT_ONCE = 2;
const IDLE_COST = 0.15;

/** The grid for a network whose halo is taken off step by step. */
export function chooseNarrowedGrid(page: PageSize, network: NarrowedNetwork, alignPx: number): Grid {
  const likely = gridBySide(page, largestCoreSide(network), alignPx);
  const most = gridBySide(page, 1, alignPx);
  let best = likely;
  let least = Infinity;
  for (let columns = Math.max(1, likely.columns - 1); columns <= likely.columns + 1; columns += 1) {
    for (let rows = Math.max(1, likely.rows - 1); rows <= likely.rows + 1; rows += 1) {
      if (columns > most.columns || rows > most.rows) continue;
      const cost = costOfGrid(page, network.stages, { columns, rows });
      if (cost < least) [best, least] = [{ columns, rows }, cost];
    }
  }
  return best;
}

/** What a page costs in a grid, in multiply-adds, weighed by what a tile holds. */
function costOfGrid(page: PageSize, stages: readonly Stage[], grid: Grid): number {
  const tiles = grid.columns * grid.rows;
  let macs = tiles * TILE_MACS;
  let live = 0;
  for (const stage of stages) {
    const area = areaOf(page, grid, stage);
    macs += stage.macsPerPixel * area;
    live = Math.max(live, (stage.liveFloatsPerPixel * area) / tiles);
  }
  const idle = (TILES_AT_ONCE * Math.ceil(tiles / TILES_AT_ONCE)) / tiles - 1;
  return macs * weightOf(live) * (1 + IDLE_COST * idle);
}

/** Pixels of all tiles of a page in a stage, with their halos. */
export function areaOf({ widthPx, heightPx }: PageSize, { columns, rows }: Grid, stage: Stage): number {
  const { haloPx, beyondPx } = stage;
  const all = (lengthPx: number, parts: number) => lengthPx + 2 * haloPx * (parts - 1) + 2 * beyondPx * parts;
  return all(widthPx, columns) * all(heightPx, rows);
}

/** Side of the largest tile without its halo: of an endless page, it costs least. */
function largestCoreSide({ stages }: NarrowedNetwork): number {
  const widest = Math.max(...stages.map(({ haloPx }) => haloPx));
  let best = 1;
  let least = Infinity;
  for (let side = 1; side <= MOST_SIDE_PX; side += 1) {
    let macs = TILE_MACS;
    let live = 0;
    for (const { haloPx, beyondPx, macsPerPixel, liveFloatsPerPixel } of stages) {
      const area = (side + 2 * (haloPx + beyondPx)) ** 2;
      macs += macsPerPixel * area;
      live = Math.max(live, liveFloatsPerPixel * area);
    }
    // however dear a pixel is, the core stays as wide as the halo on both of its sides
    if (macs > MOST_MACS && side > 2 * widest) break;
    const cost = (macs / side ** 2) * weightOf(live);
    if (cost < least) [best, least] = [side, cost];
  }
  return best;
}

function weightOf(liveFloats: number): number {
  return 1 + (4 * liveFloats) / DOUBLING_BYTES;
}

export function macsOfNarrowed({ stages }: NarrowedNetwork, core: PageSize, halo: Sides<number>): number {
  return stages.reduce((sum, { haloPx, beyondPx, macsPerPixel }) => {
    const left = (side: number) => Math.min(side, haloPx) + beyondPx;
    const width = core.widthPx + left(halo.left) + left(halo.right);
    return sum + macsPerPixel * width * (core.heightPx + left(halo.top) + left(halo.bottom));
  }, 0);
}

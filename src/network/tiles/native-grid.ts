import type { NativeNetwork } from '../../contract/engine.js';
import { MOST_SIDE_PX } from './choose.js';
import { gridBySide, type Grid } from './grid.js';
import type { NativeStage, PageSize } from '../../contract/tiles.js';
import { areaOf } from './narrowed.js';

/** Handing a tile over, in multiply-adds that could be done meanwhile. */
const TILE_MACS = 15e6;

/** Up to some seconds of a core. */
const MOST_MACS = 200e9;

/** What a core keeps close: where a layer reads and writes so many bytes of a tile, a half comes from memory. */
const CLOSE_BYTES = 10 * 2 ** 20;

/** A tile that holds so much counts as twice as dear: every worker holds one. */
const DOUBLING_BYTES = 512 * 2 ** 20;

/** What could be done while a float comes from memory, in multiply-adds. */
const MACS_PER_FLOAT = 45;

/** One image alone is to keep so many cores at work; what it costs where one of them has no tile. */
const TILES_AT_ONCE = 8;
const IDLE_COST = 0.02;

/** The grid for our own kernels, from the page's size and the network alone. */
export function chooseNativeGrid(page: PageSize, { stages }: NativeNetwork, alignPx: number): Grid {
  const widest = Math.max(...stages.map(({ haloPx }) => haloPx));
  let best = 1;
  let least = Infinity;
  for (let side = 1; side <= MOST_SIDE_PX; side += 1) {
    const areaOfCore = ({ haloPx, beyondPx }: NativeStage) => (side + 2 * (haloPx + beyondPx)) ** 2;
    const macs = stages.reduce((sum, stage) => sum + stage.macsPerPixel * areaOfCore(stage), TILE_MACS);
    // however dear a pixel is, the core stays as wide as the halo on both of its sides
    if (macs > MOST_MACS && side > 2 * widest) break;
    const cost = costOf(stages, 1, areaOfCore) / side ** 2;
    if (cost < least) [best, least] = [side, cost];
  }
  const likely = gridBySide(page, best, alignPx);
  const most = gridBySide(page, 1, alignPx);
  let chosen = likely;
  least = Infinity;
  for (let columns = Math.max(1, likely.columns - 1); columns <= likely.columns + 1; columns += 1) {
    for (let rows = Math.max(1, likely.rows - 1); rows <= likely.rows + 1; rows += 1) {
      if (columns > most.columns || rows > most.rows) continue;
      const grid = { columns, rows };
      const tiles = columns * rows;
      const idle = (TILES_AT_ONCE * Math.ceil(tiles / TILES_AT_ONCE)) / tiles - 1;
      const cost = costOf(stages, tiles, (stage) => areaOf(page, grid, stage)) * (1 + IDLE_COST * idle);
      if (cost < least) [chosen, least] = [grid, cost];
    }
  }
  return chosen;
}

/**
 * What tiles cost, in multiply-adds that would take as long.
 * @param areaIn pixels of all of them in a stage, with their halos
 */
function costOf(
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
    const far = atOnce ** 4 / (atOnce ** 4 + CLOSE_BYTES ** 4);
    return sum + (macsPerPixel + far * MACS_PER_FLOAT * movedFloatsPerPixel) * (areas[i] ?? 0);
  }, tiles * TILE_MACS);
  return macs * (1 + held / DOUBLING_BYTES);
}

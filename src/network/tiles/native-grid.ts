import type { NativeNetwork } from '../../contract/engine.js';
import { MOST_SIDE_PX } from './choose.js';
import { gridBySide, type Grid } from './grid.js';
import type { PageSize } from '../../contract/tiles.js';
import { costOfGrid, macsOfCore } from './narrowed.js';

/** Handing a tile over, in multiply-adds that could be done meanwhile. */
const TILE_MACS = 15e6;

/** Up to some seconds of a core. */
const MOST_MACS = 200e9;

/** What a core keeps close: with this many bytes of activations a tile is a quarter dearer than without. */
const CLOSE_BYTES = 8 * 2 ** 20;

/** The grid for our own kernels, from the page's size and the network alone. */
export function chooseNativeGrid(page: PageSize, { stages }: NativeNetwork, alignPx: number): Grid {
  const weightOf = (liveFloats: number) => 1 + (liveFloats * 4) / (4 * CLOSE_BYTES);
  const widest = Math.max(...stages.map(({ haloPx }) => haloPx));
  let best = 1;
  let least = Infinity;
  for (let side = 1; side <= MOST_SIDE_PX; side += 1) {
    const macs = TILE_MACS + macsOfCore(stages, side);
    // however dear a pixel is, the core stays as wide as the halo on both of its sides
    if (macs > MOST_MACS && side > 2 * widest) break;
    const live = Math.max(
      ...stages.map((stage) => stage.liveFloatsPerPixel * (side + 2 * stage.haloPx) ** 2),
    );
    const cost = (macs / side ** 2) * weightOf(live);
    if (cost < least) [best, least] = [side, cost];
  }
  const likely = gridBySide(page, best, alignPx);
  const most = gridBySide(page, 1, alignPx);
  let chosen = likely;
  least = Infinity;
  for (let columns = Math.max(1, likely.columns - 1); columns <= likely.columns + 1; columns += 1) {
    for (let rows = Math.max(1, likely.rows - 1); rows <= likely.rows + 1; rows += 1) {
      if (columns > most.columns || rows > most.rows) continue;
      const cost = costOfGrid(page, stages, { columns, rows }, TILE_MACS, weightOf);
      if (cost < least) [chosen, least] = [{ columns, rows }, cost];
    }
  }
  return chosen;
}

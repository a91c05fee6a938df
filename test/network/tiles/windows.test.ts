import test from 'ava';
import { planWindows } from '../../../src/network/tiles/plan-tiles.js';

const HALO_PX = 5;

test('windows of one size: the cores cover each pixel once, and the halo lies around them', (t) => {
  for (const sides of [
    { widthPx: 32, heightPx: 24 },
    { widthPx: 11, heightPx: 40 },
  ]) {
    for (const page of [1, 9, 24, 25, 31, 32, 33, 57, 100, 203].map((px) => ({
      widthPx: px,
      heightPx: px + 3,
    }))) {
      for (const sidePx of [undefined, 3, 1000]) {
        const seen = new Uint8Array(page.widthPx * page.heightPx);
        for (const row of planWindows(page, sides, HALO_PX, sidePx)) {
          for (let index = 0; index < row.tiles; index += 1) {
            const { core, window } = row.tileAt(index);
            t.like(window, sides);
            t.like(row.core, { start: core.yPx, end: core.yPx + core.heightPx });
            t.true(row.window.start <= Math.max(0, window.yPx) && row.window.end <= page.heightPx);
            t.true(row.window.end >= Math.min(page.heightPx, window.yPx + window.heightPx));
            const across = hasHalo(core.xPx, core.widthPx, window.xPx, window.widthPx, page.widthPx);
            const down = hasHalo(core.yPx, core.heightPx, window.yPx, window.heightPx, page.heightPx);
            t.true(across && down, JSON.stringify({ page, sidePx, core, window }));
            for (let y = core.yPx; y < core.yPx + core.heightPx; y += 1) {
              for (let x = core.xPx; x < core.xPx + core.widthPx; x += 1) seen[y * page.widthPx + x]! += 1;
            }
          }
        }
        t.true(seen.every((times) => times === 1));
      }
    }
  }
});

test('as few as can be, and more where a side is stated', (t) => {
  const page = { widthPx: 100, heightPx: 64 };
  const tiles = (sidePx?: number) =>
    planWindows(page, { widthPx: 64, heightPx: 64 }, HALO_PX, sidePx).map((row) => row.tiles);
  t.deepEqual(tiles(), [2]);
  t.deepEqual(tiles(30), [3]);
});

/** At the border of the page there is none, and a window begins on the page. */
function hasHalo(core: number, corePx: number, window: number, windowPx: number, pagePx: number): boolean {
  const before = core === 0 ? window === 0 : core - window >= HALO_PX;
  const after = core + corePx === pagePx || window + windowPx - core - corePx >= HALO_PX;
  return corePx > 0 && before && after && (window + windowPx <= pagePx || window === 0);
}

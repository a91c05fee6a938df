import test from 'ava';
import { bandsOf, heightOf, planTiles } from '../../../src/network/tiles/plan-tiles.js';

const NETWORK = { radiusPx: 10, macsPerPixel: 1e5, liveFloatsPerPixel: 100 };

test('bands cover every row of tiles once, hold what their tiles look at, and no more rows than asked for', (t) => {
  for (const heightPx of [1, 63, 64, 65, 1000]) {
    for (const mostRows of [1, 100, 500, 5000]) {
      const rows = planTiles({ widthPx: 300, heightPx }, NETWORK, 64);
      const bands = [...bandsOf(rows, mostRows)];
      t.deepEqual(
        bands.flatMap(({ tileRows }) => tileRows),
        rows,
      );
      for (const { tileRows, core, window } of bands) {
        t.true(heightOf(window) <= mostRows || tileRows.length === 1);
        t.deepEqual(core, { start: tileRows[0]!.core.start, end: tileRows.at(-1)!.core.end });
        for (const row of tileRows) {
          t.true(row.window.start >= window.start && row.window.end <= window.end);
        }
      }
    }
  }
});

test('as few bands as may be', (t) => {
  const rows = planTiles({ widthPx: 300, heightPx: 640 }, NETWORK, 64);
  t.is([...bandsOf(rows, 640)].length, 1);
  // two rows of tiles, each with its halo
  t.is([...bandsOf(rows, 2 * 64 + 2 * 10)].length, 5);
});

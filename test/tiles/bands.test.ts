import test from 'ava';
import { bandsOf, heightOf } from '../../src/tiles/bands.js';
import { gridBySide, tileAt } from '../../src/tiles/grid.js';

test('bands cover every row of tiles once, hold what their tiles look at, and no more rows than asked for', (t) => {
  for (const heightPx of [1, 63, 64, 65, 1000]) {
    for (const mostRows of [1, 100, 500, 5000]) {
      const page = { widthPx: 300, heightPx };
      const grid = gridBySide(page, 64);
      const bands = [...bandsOf(page, grid, 10, mostRows)];
      t.is(bands[0]?.core.start, 0);
      t.is(bands.at(-1)?.core.end, heightPx);
      t.is(bands.at(-1)?.tileRows.end, grid.rows);
      bands.forEach(({ tileRows, core, window }, i) => {
        t.is(tileRows.start, i === 0 ? 0 : bands[i - 1]!.tileRows.end);
        t.is(core.start, i === 0 ? 0 : bands[i - 1]!.core.end);
        t.true(heightOf(window) <= mostRows || heightOf(tileRows) === 1);
        for (let index = tileRows.start * grid.columns; index < tileRows.end * grid.columns; index++) {
          const tile = tileAt(page, grid, index, 10);
          t.true(tile.window.yPx >= window.start && tile.window.yPx + tile.window.heightPx <= window.end);
          t.true(tile.core.yPx >= core.start && tile.core.yPx + tile.core.heightPx <= core.end);
        }
      });
    }
  }
});

import test from 'ava';
import { unlikeness, type Cutting, cellFor, placesOf } from '../../../src/apps/model-comparison/cut.js';

test('a cell is of whole pixels of the small image', (t) => {
  for (const scale of [2, 3, 4, 5, 6, 7, 8]) t.is(cellFor(scale) % scale, 0);
});

test('the places that differ most, none on top of another, all inside', (t) => {
  const [columns, rows, cellPx] = [20, 16, 16];
  const cells = new Float32Array(columns * rows).fill(1);
  const put = (column: number, row: number, value: number) => (cells[row * columns + column] = value);
  put(3, 3, 100);
  put(19, 15, 90);
  const size = { widthPx: 20 * 16 - 4, heightPx: 16 * 16 };
  const worst = { x: 0, y: 0, difference: 0 };
  const places = placesOf({ cellPx, columns, rows, cells, worst }, size, 4);
  t.is(places.length, 4);
  const holds = (x: number, y: number) =>
    places.findIndex(
      (p) => x >= p.leftPx && x < p.leftPx + p.widthPx && y >= p.topPx && y < p.topPx + p.heightPx,
    );
  t.is(holds(3 * 16, 3 * 16), 0);
  for (const [i, a] of places.entries()) {
    t.true(a.leftPx + a.widthPx <= size.widthPx && a.topPx + a.heightPx <= size.heightPx);
    for (const b of places.slice(i + 1))
      t.true(Math.abs(a.leftPx - b.leftPx) >= a.widthPx || Math.abs(a.topPx - b.topPx) >= a.heightPx);
  }
});

test('an image smaller than a place is the place', (t) => {
  const map = {
    cellPx: 16,
    columns: 2,
    rows: 2,
    cells: new Float32Array(4),
    worst: { x: 0, y: 0, difference: 0 },
  };
  t.deepEqual(placesOf(map, { widthPx: 22, heightPx: 20 }, 3), [
    { leftPx: 0, topPx: 0, widthPx: 22, heightPx: 20 },
  ]);
});

test('pictures that are alike have no unlikeness, hidden colour none either', (t) => {
  const picture = (...samples: number[]): Cutting => ({
    widthPx: 1,
    heightPx: 1,
    channels: samples.length === 4 ? 4 : 3,
    samples: Uint8Array.from(samples),
  });
  t.is(unlikeness([picture(1, 2, 3), picture(1, 2, 3)]), 0);
  t.is(unlikeness([picture(0, 0, 0), picture(10, 10, 10)]), 25);
  t.is(unlikeness([picture(9, 9, 9, 0), picture(200, 0, 5, 0)]), 0);
});

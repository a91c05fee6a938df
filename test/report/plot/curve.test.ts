import test from 'ava';
import { svgPath, pointBefore, thinned } from '../../../src/report/plot/line-plot.js';

test('a thinned curve keeps its ends, its peaks and its order', (t) => {
  const points = Array.from({ length: 100_000 }, (_, x) => ({
    x,
    y: x === 77_123 ? 50 : x === 30_001 ? -50 : Math.sin(x),
  }));
  const seen = thinned(points, 600, (x) => x / 99_999);
  t.true(seen.length <= 4 * 601);
  t.deepEqual(seen[0], points[0]);
  t.deepEqual(seen.at(-1), points.at(-1));
  t.true(seen.includes(points[77_123]!) && seen.includes(points[30_001]!));
  t.true(seen.every((point, i) => i === 0 || point.x > seen[i - 1]!.x));
});

test('a short curve is unchanged, and coincident points do not cause an endless loop', (t) => {
  const short = [
    { x: 0, y: 1 },
    { x: 1, y: 2 },
  ];
  t.is(
    thinned(short, 10, (x) => x),
    short,
  );
  const same = Array.from({ length: 100 }, (_, y) => ({ x: 0, y }));
  t.deepEqual(
    thinned(same, 10, () => NaN)
      .map(({ y }) => y)
      .slice(0, 2),
    [0, 1],
  );
  t.deepEqual(
    thinned(same, 10, (x) => x).map(({ y }) => y),
    [0, 99],
  );
});

test('the last point at or before a position', (t) => {
  const points = [
    { x: 1, y: 10 },
    { x: 3, y: 30 },
  ];
  t.deepEqual(
    [0, 1, 2, 3, 9].map((x) => pointBefore(points, x)?.y),
    [undefined, 10, 10, 30, 30],
  );
});

test('paths connect points, or hold each value until the next', (t) => {
  t.is(
    svgPath([
      [0, 1],
      [2, 3],
    ]),
    'M0 1L2 3',
  );
  t.is(
    svgPath(
      [
        [0, 1],
        [2, 3],
      ],
      true,
    ),
    'M0 1H2V3',
  );
});

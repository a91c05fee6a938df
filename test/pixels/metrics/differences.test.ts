import test from 'ava';
import {
  DIFFERENCE_CLASSES,
  openDifferenceMap,
  openHistogram,
  rowDifferences,
} from '../../../src/pixels/metrics/differences.js';

const plane = (...values: number[]) => Float64Array.from(values);

test('the difference of a pixel is the largest over colour and alpha', (t) => {
  const a = { colour: [plane(1, 5, 9), plane(0, 0, 0)], y: plane(0, 0, 0), alpha: plane(255, 255, 0) };
  const b = { colour: [plane(2, 5, 4), plane(3, 0, 0)], y: plane(9, 9, 9), alpha: plane(255, 255, 200) };
  const out = plane(99, 99, 99);
  rowDifferences(a, b, out);
  t.deepEqual([...out], [3, 0, 200]);
});

test('a map keeps the largest of each cell, those at the edges too, and the worst pixel', (t) => {
  const map = openDifferenceMap(5, 3, 2);
  map.push(plane(1, 2, 0, 0, 7), 0);
  map.push(plane(3, 0, 0, 0, 0), 1);
  map.push(plane(0, 0, 0, 8, 0), 2);
  const { columns, rows, cells, worst } = map.close();
  t.deepEqual([columns, rows], [3, 2]);
  t.deepEqual([...cells], [3, 0, 7, 0, 8, 0]);
  t.deepEqual(worst, { x: 3, y: 2, difference: 8 });
});

test('every difference is counted in its class', (t) => {
  const histogram = openHistogram();
  histogram.push(plane(0, 0.4, 1, 1.5, 2, 64, 64.5, 128.1, 255));
  const counts = Object.fromEntries(DIFFERENCE_CLASSES.map((end, i) => [end, histogram.counts[i]]));
  t.deepEqual(counts, { 0: 1, 1: 2, 2: 2, 4: 0, 8: 0, 16: 0, 32: 0, 64: 1, 128: 1, 255: 2 });
  t.is(histogram.largest, 255);
});

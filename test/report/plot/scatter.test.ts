import test from 'ava';
import { decades } from '../../../src/report/plot/scatter.js';

test('ticks of 1, 2 and 5 enclose all values', (t) => {
  t.deepEqual(decades([0.03, 0.9]).ticks, [0.02, 0.05, 0.1, 0.2, 0.5, 1]);
  t.deepEqual(decades([4, 4]), { min: 2, max: 5, ticks: [2, 5] });
  t.deepEqual(decades([1, 10]).ticks, [1, 2, 5, 10, 20]);
});

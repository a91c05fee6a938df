import test from 'ava';
import { converted, spread } from '../../../src/flow/measured-runs/timed-run.js';

test('the median is the middle value, or between the two in the middle', (t) => {
  t.deepEqual(spread([10, 2, 9]), { min: 2, median: 9, max: 10 });
  t.deepEqual(spread([4, 1, 100, 2]), { min: 1, median: 3, max: 100 });
  t.deepEqual(spread([7]), { min: 7, median: 7, max: 7 });
});

test('ends change places where the conversion falls', (t) => {
  t.deepEqual(
    converted({ min: 2, median: 4, max: 8 }, (value) => 8 / value),
    { min: 1, median: 2, max: 4 },
  );
});

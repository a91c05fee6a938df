import test from 'ava';
import { benchmarkOf } from '../../helpers/benchmark.js';

test('speedup is taken within a round, so that a slow minute of the machine is no slowdown', (t) => {
  const slowMinute = [1, 10, 1];
  const { figures } = benchmarkOf({
    batchSizes: [4],
    threadCounts: [2],
    repeat: 3,
    timeMs: ({ sequential, round }) => (sequential ? 200 : 100) * slowMinute[round - 1]!,
  });
  const [sequential, parallel] = figures;
  t.deepEqual(sequential?.speedup, { min: 1, median: 1, max: 1 });
  t.deepEqual(parallel?.speedup, { min: 2, median: 2, max: 2 });
  t.deepEqual(parallel?.timeMs, { min: 100, median: 100, max: 1000 });
  t.deepEqual(parallel?.imagesPerSecond, { min: 4, median: 40, max: 40 });
  t.deepEqual(parallel?.mpxPerSecond, { min: 0.04, median: 0.4, max: 0.4 });
});

test('efficiency counts every thread, or the cores that there are for them', (t) => {
  const { figures } = benchmarkOf({ batchSizes: [8], threadCounts: [1, 2, 4], repeat: 1, usableCores: 2 });
  t.deepEqual(
    figures.map((one) => [
      one.method,
      one.threads,
      one.efficiency,
      one.efficiencyPerCore,
      one.oversubscribed,
    ]),
    [
      ['sequential', 1, 1, 1, false],
      ['parallel', 1, 1, 1, false],
      ['parallel', 2, 1, 1, false],
      ['parallel', 4, 0.5, 1, true],
    ],
  );
  t.deepEqual(
    figures.map(({ coresUsed }) => coresUsed.median),
    [1, 1, 2, 2],
  );
});

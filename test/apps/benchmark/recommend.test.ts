import test from 'ava';
import { benchmarkOf } from '../../helpers/benchmark.js';

test('the fewest threads that are as good as the fastest are best', (t) => {
  const times: Record<number, number> = { 1: 1000, 2: 505, 4: 500, 8: 400 };
  const of = (threadCounts: number[]) =>
    benchmarkOf({ batchSizes: [10], threadCounts, repeat: 1, timeMs: ({ threads }) => times[threads]! });
  t.is(of([1, 2, 4]).recommendation?.threads, 2);
  t.is(of([1, 2, 4, 8]).recommendation?.threads, 8);
  t.deepEqual(
    of([1, 2, 4]).best.map(({ threads }) => threads),
    [2],
  );
});

test('one number of threads is recommended for all batches, with the largest memory it took', (t) => {
  const { best, recommendation } = benchmarkOf({
    batchSizes: [2, 20],
    threadCounts: [1, 2],
    repeat: 2,
    timeMs: ({ images, threads, sequential }) =>
      sequential ? 100 : images === 2 ? 90 * threads : 100 / threads ** 2,
  });
  t.deepEqual(
    best.map(({ images, threads }) => [images, threads]),
    [
      [2, 1],
      [20, 2],
    ],
  );
  t.is(recommendation?.threads, 2);
  t.is(recommendation?.speedup.toFixed(3), Math.sqrt((100 / 180) * 4).toFixed(3));
  t.is(recommendation?.peakRssBytes, (100 + 2 * 50 + 2) * 2 ** 20);
});

test('what gave other results is never recommended', (t) => {
  const one = benchmarkOf({
    differing: ({ threads, images }) => (threads === 2 && images === 10 ? ['a'] : []),
  });
  t.false(one.identical);
  t.not(one.recommendation?.threads, 2);
  t.not(one.best[0]?.threads, 2);
  const all = benchmarkOf({ differing: () => ['a'] });
  t.is(all.recommendation, undefined);
  t.deepEqual(all.best, []);
});

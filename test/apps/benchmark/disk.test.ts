import test from 'ava';
import { neededDisk, resolveBenchmark } from '../../../src/apps/benchmark/benchmark-settings.js';
import { measure } from '../../../src/apps/benchmark/measure-runs.js';

test('counts the sources, and the results of the largest run with its warm-up', async (t) => {
  const settings = await resolveBenchmark({
    batchSizes: [2, 10],
    threadCounts: [1, 4],
    imageSizePx: 100,
    warmup: 3,
  });
  const rawBytes = 3 * 100 ** 2 * (10 + (10 + 3 * 4) * 2 ** 2);
  const bytes = neededDisk(settings, 2);
  t.true(bytes > rawBytes && bytes < 1.1 * rawBytes);
});

test('what cannot fit is refused before anything is written', async (t) => {
  const settings = await resolveBenchmark({
    batchSizes: [10_000],
    imageSizePx: 8192,
    workload: { scale: 8 },
  });
  const error = await t.throwsAsync(measure(settings), { code: 'E_NOSPC' });
  t.regex(error.message, /: the benchmark may need [\d.]+ TiB, but [\d.]+ \w+ are free\.$/);
});

import test from 'ava';
import { resolveBenchmark, type BenchmarkOptions } from '../../../src/apps/benchmark/benchmark-settings.js';

test('lists ascend without duplicates; what is not stated has its default', async (t) => {
  const settings = await resolveBenchmark({ batchSizes: [50, 10, 50], workload: { engine: 'resize' } });
  t.deepEqual(settings.batchSizes, [10, 50]);
  t.deepEqual(settings.threadCounts, [1, 2, 4, 8]);
  t.deepEqual(
    [settings.imageSizePx, settings.warmup, settings.repeat, settings.seed, settings.workload.model],
    [256, 2, 3, 1, 'lanczos3'],
  );
});

test('values that make no sense are refused, with what was expected', async (t) => {
  const cases: [BenchmarkOptions, RegExp][] = [
    [{ batchSizes: [] }, /^Expected 1 to 32 whole numbers from 1 to 10000 for batchSizes but received \[\]/],
    [{ batchSizes: [10, 0] }, /for batchSizes but received \[10, 0\]/],
    [{ batchSizes: [10_001] }, /from 1 to 10000 for batchSizes/],
    [{ threadCounts: [1.5] }, /from 1 to 256 for threadCounts but received \[1\.5\]/],
    [{ threadCounts: [257] }, /for threadCounts/],
    [{ threadCounts: Array.from({ length: 33 }, () => 1) }, /1 to 32 whole numbers/],
    [{ imageSizePx: 15 }, /from 16 to 8192 for imageSizePx but received 15/],
    [{ imageSizePx: 8193 }, /for imageSizePx/],
    [{ warmup: -1 }, /from 0 to 100 for warmup/],
    [{ repeat: 0 }, /from 1 to 100 for repeat/],
    [{ seed: 2 ** 32 }, /for seed/],
    [{ workload: { scale: 0 } }, /for scale but received 0/],
  ];
  for (const [options, message] of cases) {
    await t.throwsAsync(resolveBenchmark(options), { code: 'E_USAGE', message }, message.source);
  }
});

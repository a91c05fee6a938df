import test from 'ava';
import { benchmarkText } from '../../../../src/apps/benchmark/report/benchmark-table.js';
import { differenceLines } from '../../../../src/apps/benchmark/report/benchmark-words.js';
import { benchmarkOf } from '../../../helpers/benchmark.js';

test('one table, what to know of it, and what to take', (t) => {
  const text = benchmarkText(benchmarkOf({ batchSizes: [10], repeat: 1, usableCores: 2, loadAverage: 1.5 }));
  t.is(
    text,
    `4 × Test CPU <1>, 2 usable, 8.0 GiB, Node v20.20.0, load 1.50
esrgan-slim x2, images of 100×100 px, one round

Method     | Images | Threads | Time (s) | Images/s | Mpx/s | Speedup | Efficiency | Peak RSS
---------- | ------ | ------- | -------- | -------- | ----- | ------- | ---------- | --------
Sequential |     10 |       1 |    1.010 |     9.90 | 0.099 |    1.00 |      100 % |  151 MiB
Parallel   |     10 |       1 |    1.010 |     9.90 | 0.099 |    1.00 |      100 % |  151 MiB
Parallel   |     10 |       2 |    0.505 |     19.8 | 0.198 |    2.00 |      100 % |  201 MiB
Parallel   |     10 |     4 * |    0.505 |     19.8 | 0.198 |    2.00 |       50 % |  301 MiB

* More threads than the 2 cores that this process may use: oversubscribed. Efficiency counts every thread.
The machine was busy with other work before the first run (load 1.50 on 2 cores): times and speedups are worse than on a free one.
Best for 10 images: 2 threads, 2.00 times as fast as sequential, peak memory 201 MiB.
Recommended: --threads 2, 2.00 times as fast as sequential over all batches, peak memory 201 MiB.
`,
  );
});

test('with several rounds a range stands behind the median', (t) => {
  const text = benchmarkText(benchmarkOf({ batchSizes: [10], threadCounts: [2], repeat: 3 }));
  t.regex(text, /3 rounds, median \(min\.\.max\)/);
  t.regex(text, /Parallel .* 0\.510 \(0\.505\.\.0\.515\) .* 2\.00 \(2\.00\.\.2\.00\)/);
  t.notRegex(text, /oversubscribed|busy/);
});

test('results that differ are told by configuration, and nothing is recommended of them', (t) => {
  const wrong = benchmarkOf({
    threadCounts: [2],
    differing: ({ images, round }) => (images === 50 && round === 2 ? ['a.png', 'b.png'] : []),
  });
  t.deepEqual(differenceLines(wrong), [
    '50 images, 2 threads, round 2: a.png and 1 more differ from the result of the first sequential run.',
  ]);
  t.regex(benchmarkText(wrong), /There is nothing to recommend/);
});

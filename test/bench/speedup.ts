import { benchmark } from '../../src/apps/benchmark/benchmark.js';
import { benchmarkText } from '../../src/apps/benchmark/report/benchmark-table.js';
import { heading } from './print.js';

const AIM = 1.9;

/** Two threads against one image after the other, as parallel-benchmark measures it. */
export async function speedup(): Promise<void> {
  const result = await benchmark({
    batchSizes: [10, 50, 100],
    threadCounts: [2],
    imageSizePx: 256,
    repeat: 5,
  });
  heading('speedup of 2 threads');
  console.log(benchmarkText(result));
  for (const {
    method,
    images,
    speedup: { median },
    coresUsed,
  } of result.figures) {
    if (method === 'sequential') continue;
    const verdict = median >= AIM ? 'reached' : 'NOT reached';
    console.log(
      `${images} images: ${median.toFixed(2)}, aim ${AIM} ${verdict}, on ${coresUsed.median.toFixed(2)} cores`,
    );
  }
}

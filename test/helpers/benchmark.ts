import type { Benchmark } from '../../src/apps/benchmark/benchmark.js';
import { figuresOf, bestOfEach, recommend } from '../../src/apps/benchmark/benchmark-figures.js';
import { configurationsOf, type Measured, type Run } from '../../src/apps/benchmark/measure-runs.js';
import type { BenchmarkSettings } from '../../src/apps/benchmark/benchmark-settings.js';

export interface Stated {
  batchSizes?: readonly number[];
  threadCounts?: readonly number[];
  repeat?: number;
  usableCores?: number;
  loadAverage?: number;
  /** Of a run; otherwise 100 ms per image, divided by the threads that have a core. */
  timeMs?: (run: { images: number; threads: number; sequential: boolean; round: number }) => number;
  differing?: (run: { images: number; threads: number; round: number }) => readonly string[];
}

/** What a benchmark with such runs would have found out; no image is processed. */
export function benchmarkOf(stated: Stated = {}): Benchmark {
  const { batchSizes = [10, 50], threadCounts = [1, 2, 4], repeat = 2, usableCores = 2 } = stated;
  const { differing = () => [], loadAverage = 0 } = stated;
  const timeOf =
    stated.timeMs ??
    (({ images, threads, round }) => (images * 100 * (1 + round / 100)) / Math.min(threads, usableCores));
  const settings: BenchmarkSettings = {
    batchSizes,
    threadCounts,
    imageSizePx: 100,
    warmup: 2,
    repeat,
    seed: 1,
    workload: { model: 'esrgan-slim', engine: 'onnx', device: 'cpu' },
  };
  const runOf = (images: number, threads: number, sequential: boolean, round: number): Run => {
    const timeMs = timeOf({ images, threads, sequential, round });
    return {
      round,
      timeMs,
      cpuMs: timeMs * Math.min(threads, usableCores),
      startUpMs: 200,
      peakRssBytes: (100 + 50 * threads + round) * 2 ** 20,
      inputPixels: images * 100 ** 2,
      loadAverage: 1,
      differing: sequential ? [] : differing({ images, threads, round }),
    };
  };
  const measured: Measured = {
    settings,
    usableCores,
    network: 'esrgan-slim',
    factor: 2,
    elapsedMs: 60_000,
    measurements: batchSizes.flatMap((images) =>
      configurationsOf(images, threadCounts).map((configuration) => ({
        ...configuration,
        runs: Array.from({ length: repeat }, (_, i) =>
          runOf(images, configuration.threads, configuration.method === 'sequential', i + 1),
        ),
      })),
    ),
  };
  const figures = figuresOf(measured);
  return {
    machine: {
      cpu: 'Test CPU <1>',
      cores: 4,
      usableCores,
      memoryBytes: 8 * 2 ** 30,
      usableMemoryBytes: 4 * 2 ** 30,
      system: 'test',
      node: 'v20.20.0',
      loadAverage,
    },
    startedAt: new Date(Date.UTC(2026, 0, 2, 3, 4)),
    measured,
    figures,
    best: bestOfEach(figures),
    recommendation: recommend(figures),
    identical: figures.every(({ identical }) => identical),
  };
}

import type { Benchmark } from '../benchmark.js';
import { remarksOn } from './benchmark-words.js';

/** One document for programs, with every run. */
export function benchmarkJson(benchmark: Benchmark): string {
  const { machine, startedAt, measured, figures, best, recommendation, identical } = benchmark;
  const { settings, measurements, elapsedMs, network, factor } = measured;
  const { workload, ...options } = settings;
  const lastRun = measurements.at(-1)?.runs.at(-1);
  return `${JSON.stringify(
    {
      startedAt: startedAt.toISOString(),
      elapsedMs,
      machine,
      network: { name: network, factor },
      options: { ...options, ...workload },
      loadAverage: { begin: machine.loadAverage, end: lastRun?.loadAverage ?? machine.loadAverage },
      configurations: figures.map((one, index) => ({ ...one, runs: measurements[index]?.runs ?? [] })),
      best: best.map(({ images, threads, speedup, peakRssBytes }) => ({
        images,
        threads,
        speedup: speedup.median,
        peakRssBytes: peakRssBytes.max,
      })),
      recommendation: recommendation ?? null,
      identical,
      remarks: remarksOn(benchmark),
    },
    null,
    2,
  )}\n`;
}

import type { Configuration, Measured, Measurement, Run } from './measure-runs.js';
import { converted, spread, type Spread } from '../../flow/measured-runs/timed-run.js';

/** What the runs of one configuration come to. */
export interface Figures extends Configuration {
  /** More threads than cores that the process may use. */
  readonly oversubscribed: boolean;
  /** From the first source to the last record. */
  readonly timeMs: Spread;
  readonly imagesPerSecond: Spread;
  /** Of input. */
  readonly mpxPerSecond: Spread;
  /** Time of the sequential run over that of this one, round by round. */
  readonly speedup: Spread;
  /** Median speedup per thread. */
  readonly efficiency: number;
  /** Median speedup per core that the threads could use. */
  readonly efficiencyPerCore: number;
  /** Cores that the run had on average; fewer than its threads where it waits, or where others take them. */
  readonly coresUsed: Spread;
  readonly peakRssBytes: Spread;
  readonly startUpMs: Spread;
  /** Every result was that of the sequential run, byte for byte. */
  readonly identical: boolean;
}

export function figuresOf({ measurements, usableCores }: Measured): Figures[] {
  return measurements.map((measurement) => {
    const { method, images, threads, runs } = measurement;
    const of = (value: (run: Run) => number) => spread(runs.map(value));
    const timeMs = of((run) => run.timeMs);
    const pixels = runs[0]?.inputPixels ?? 0;
    const sequential = sequentialOf(measurements, images);
    const speedup = of((run) => (timeIn(sequential, run.round) ?? NaN) / run.timeMs);
    return {
      method,
      images,
      threads,
      oversubscribed: threads > usableCores,
      timeMs,
      imagesPerSecond: converted(timeMs, (ms) => (images * 1000) / ms),
      mpxPerSecond: converted(timeMs, (ms) => pixels / 1000 / ms),
      speedup,
      efficiency: speedup.median / threads,
      efficiencyPerCore: speedup.median / Math.min(threads, usableCores),
      coresUsed: of((run) => run.cpuMs / run.timeMs),
      peakRssBytes: of((run) => run.peakRssBytes),
      startUpMs: of((run) => run.startUpMs),
      identical: runs.every(({ differing }) => differing.length === 0),
    };
  });
}

const sequentialOf = (measurements: readonly Measurement[], images: number) =>
  measurements.find((other) => other.method === 'sequential' && other.images === images);

const timeIn = (measurement: Measurement | undefined, round: number) =>
  measurement?.runs.find((run) => run.round === round)?.timeMs;

/** So little more speed is not worth the memory of more threads, and may be chance. */
const WORTH = 1.02;

export interface Recommendation {
  readonly threads: number;
  /** Geometric mean over the batch sizes. */
  readonly speedup: number;
  /** Largest that was measured with so many threads. */
  readonly peakRssBytes: number;
}

/** Of each batch size the configuration to take: the fewest threads that are as good as the fastest. */
export function bestOfEach(figures: readonly Figures[]): Figures[] {
  return sizesOf(figures).flatMap((images) => {
    const ones = candidates(figures).filter((one) => one.images === images);
    return best(ones, (one) => one.speedup.median) ?? [];
  });
}

/** The number of threads to take whatever the batch; undefined where no parallel run was right. */
export function recommend(figures: readonly Figures[]): Recommendation | undefined {
  const parallel = figures.filter(({ method }) => method === 'parallel');
  const counts = [...new Set(parallel.map(({ threads }) => threads))].sort((a, b) => a - b);
  const choices = counts.flatMap((threads) => {
    const ones = parallel.filter((one) => one.threads === threads);
    if (!ones.every(({ identical }) => identical)) return [];
    const logs = ones.reduce((sum, { speedup }) => sum + Math.log(speedup.median), 0);
    return {
      threads,
      speedup: Math.exp(logs / ones.length),
      peakRssBytes: Math.max(...ones.map(({ peakRssBytes }) => peakRssBytes.max)),
    };
  });
  return best(choices, ({ speedup }) => speedup);
}

const candidates = (figures: readonly Figures[]) =>
  figures.filter(({ method, identical }) => method === 'parallel' && identical);

const sizesOf = (figures: readonly Figures[]) => [...new Set(figures.map(({ images }) => images))];

/** The first, and so the one with the fewest threads, that is as good as the best. */
function best<T>(ascending: readonly T[], worth: (one: T) => number): T | undefined {
  const most = Math.max(...ascending.map(worth));
  return ascending.find((one) => worth(one) * WORTH >= most);
}

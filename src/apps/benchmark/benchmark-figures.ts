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

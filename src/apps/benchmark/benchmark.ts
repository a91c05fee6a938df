import { thisMachine, type Machine } from '../../report/measured-machine.js';
import { figuresOf, type Figures, bestOfEach, recommend, type Recommendation } from './benchmark-figures.js';
import { measure, type Measured, type Tools } from './measure-runs.js';
import { resolveBenchmark, type BenchmarkOptions } from './benchmark-settings.js';

/** Everything that a benchmark found out. */
export interface Benchmark {
  /** As it was before the first run. */
  readonly machine: Machine;
  readonly startedAt: Date;
  readonly measured: Measured;
  readonly figures: readonly Figures[];
  /** One for each batch size with a right parallel run, in the order of the sizes. */
  readonly best: readonly Figures[];
  readonly recommendation: Recommendation | undefined;
  /** Every parallel result was that of the sequential run, byte for byte. */
  readonly identical: boolean;
}

/**
 * Measures how the flow speeds up with worker threads: real runs on generated images, files to files, each in
 * a process of its own, against one image after the other on one worker.
 * @throws SrganError E_USAGE, E_MODEL, E_ENGINE, E_NOSPC, E_WORKER_LOST, E_CANCELLED, and what an image failed with
 */
export async function benchmark(options: BenchmarkOptions, tools: Tools = {}): Promise<Benchmark> {
  const settings = await resolveBenchmark(options);
  const machine = await thisMachine();
  const startedAt = new Date();
  const measured = await measure(settings, tools);
  const figures = figuresOf(measured);
  return {
    machine,
    startedAt,
    measured,
    figures,
    best: bestOfEach(figures),
    recommendation: recommend(figures),
    identical: figures.every(({ identical }) => identical),
  };
}

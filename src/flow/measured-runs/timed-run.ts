import path from 'node:path';
import { performance } from 'node:perf_hooks';
import process from 'node:process';
import type { SrganError } from '../../system/errors.js';
import type { Outcome } from '../../contract/job.js';
import type { SourceSpec } from '../../contract/program-inputs.js';
import { pipe } from '../pipe.js';
import { pixelsOf } from '../summary.js';
import { imageName } from './scene.js';
import type { RunFigures, RunOrder } from './run-order.js';

/**
 * Runs an order in this process. The sources are held back until the warm-up has ended, so that the clock
 * sees the work itself with every worker loaded, however many there are.
 * @throws SrganError of the first image that failed, and what `pipe` throws
 */
export async function timedRun(order: RunOrder): Promise<RunFigures> {
  const { images, warmups, out, workload, workers } = order;
  let endWarmup = () => {};
  const warmup = new Promise<void>((resolve) => (endWarmup = resolve));
  let startMs = 0;
  let startCpuMs = 0;
  let cpuMs = 0;
  let timeMs = 0;
  let inputPixels = 0;
  let ended = 0;
  let failure: SrganError | undefined;

  const { peakRssBytes } = await pipe({
    ...workload,
    ...workers,
    inputs: { kind: 'iterable', sources: sources() },
    failFast: true,
    onOutcome(outcome) {
      ended += 1;
      failure ??= outcome.error;
      if (ended === warmups || failure) endWarmup();
      if (ended > warmups) count(outcome);
    },
  });
  if (failure) throw failure;
  return { timeMs, cpuMs, startUpMs: startMs, peakRssBytes, inputPixels };

  async function* sources(): AsyncGenerator<SourceSpec> {
    const source = (index: number, directory: string, name: number): SourceSpec => ({
      src: path.join(order.sources, imageName(index)),
      dst: path.join(directory, imageName(name)),
    });
    for (let index = 0; index < warmups; index += 1) {
      yield source(index % images, order.warmupOut, index);
    }
    if (warmups > 0) await warmup;
    startCpuMs = usedCpuMs();
    startMs = performance.now();
    for (let index = 0; index < images; index += 1) yield source(index, out, index);
  }

  function count(outcome: Outcome): void {
    inputPixels += pixelsOf(outcome);
    timeMs = performance.now() - startMs;
    cpuMs = usedCpuMs() - startCpuMs;
  }
}

/** Of this process, all threads together. */
function usedCpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** What repeated measurements say of one thing. */
export interface Spread {
  readonly min: number;
  readonly median: number;
  readonly max: number;
}

/** @param values at least one */
export function spread(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (index: number) => sorted[index] ?? NaN;
  const middle = Math.floor(sorted.length / 2);
  const median = sorted.length % 2 === 1 ? at(middle) : (at(middle - 1) + at(middle)) / 2;
  return { min: at(0), median, max: at(sorted.length - 1) };
}

/** The spread of what `convert`, which rises or falls throughout, makes of the values. */
export function converted({ min, median, max }: Spread, convert: (value: number) => number): Spread {
  return spread([convert(min), convert(median), convert(max)]);
}

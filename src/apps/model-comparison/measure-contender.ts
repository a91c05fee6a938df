import { rm } from '../../system/files/fs.js';
import path from 'node:path';
import { imageName } from '../../flow/measured-runs/scene.js';
import { runInProcess } from '../../flow/measured-runs/run-in-process.js';
import type { RunFigures } from '../../flow/measured-runs/run-order.js';
import { asSrganError, type SrganError } from '../../system/errors.js';
import { compareImages, type Comparison } from '../../pixels/metrics/compare.js';
import type { Contender, Contest } from './contenders.js';
import type { Prepared } from './prepare-original.js';
import type { ModelComparisonSettings } from './comparison-settings.js';

/** What one contender did. */
export interface Result {
  readonly contender: Contender;
  /** One for each image, in their order; empty where it failed. */
  readonly comparisons: readonly Comparison[];
  /** One for each round. */
  readonly runs: readonly RunFigures[];
  readonly failure: SrganError | undefined;
}

/** Told before each run of a network over all images. */
export interface Step {
  readonly name: string;
  /** From 1. */
  readonly round: number;
  readonly run: number;
  readonly runs: number;
}

export interface Measuring {
  readonly signal: AbortSignal;
  readonly onStep?: ((step: Step) => void) | undefined;
  /** Side of the cells of the difference maps, where they are wanted. */
  readonly cellPx?: number | undefined;
  /** The results of one contender are there until this has ended. */
  readonly onResults?: (result: Result, fileOf: (index: number) => string) => Promise<void>;
}

/**
 * Lets every contender enlarge all images, each in a process of its own, round after round, so that a machine that
 * drifts drifts for all of them. The results of one are looked at in the first round and removed before the next
 * begins. One that fails is left out from then on.
 * @param directory holds `small` with the images, and the results meanwhile
 * @throws SrganError where a result cannot be compared; the signal's reason
 */
export async function measureAll(
  directory: string,
  images: readonly Prepared[],
  { scale, contenders }: Contest,
  settings: ModelComparisonSettings,
  { signal, onStep, cellPx, onResults }: Measuring,
): Promise<Result[]> {
  const { repeat, threads, warmup } = settings;
  const out = path.join(directory, 'results');
  const warmupOut = path.join(directory, 'warmup');
  const fileOf = (index: number) => path.join(out, imageName(index));
  const all = contenders.map((contender) => ({
    contender,
    comparisons: [] as Comparison[],
    runs: [] as RunFigures[],
    failure: undefined as SrganError | undefined,
  }));
  let run = 0;
  for (let round = 1; round <= repeat; round += 1) {
    for (const result of all) {
      run += 1;
      if (result.failure) continue;
      onStep?.({ name: result.contender.name, round, run, runs: repeat * all.length });
      try {
        await once(result, round);
      } finally {
        for (const made of [out, warmupOut]) await rm(made, { recursive: true, force: true, maxRetries: 5 });
      }
    }
  }
  return all;

  async function once(result: (typeof all)[number], round: number): Promise<void> {
    const order = {
      sources: path.join(directory, 'small'),
      images: images.length,
      out,
      warmups: Math.min(warmup * threads, images.length * warmup),
      warmupOut,
      workload: result.contender.workload,
      workers: { threads },
    };
    try {
      result.runs.push(await runInProcess(order, signal));
    } catch (error) {
      signal.throwIfAborted();
      result.failure = asSrganError(error, 'E_INTERNAL', `${result.contender.name}: its run failed.`);
      return;
    }
    if (round > 1) return;
    for (const [index, image] of images.entries()) {
      signal.throwIfAborted();
      result.comparisons.push(
        await compareImages(image.path, fileOf(index), {
          common: true,
          shavePx: scale,
          ...(cellPx !== undefined && { cellPx: () => cellPx }),
        }),
      );
    }
    await onResults?.(result, fileOf);
  }
}

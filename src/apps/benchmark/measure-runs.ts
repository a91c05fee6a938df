import { loadavg, tmpdir } from 'node:os';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { SrganError } from '../../system/errors.js';
import { mkdtemp, rm } from '../../system/files/fs.js';
import { usableCores } from '../../system/machine.js';
import { openNetworks } from '../../network/models/networks.js';
import { writeFailure } from '../../system/files/write-files.js';
import { untrackTempPath, trackTempPath } from '../../system/files/temp-files.js';
import { differing, digestsOf, type Digests } from './digests.js';
import { checkDisk, type BenchmarkSettings } from './benchmark-settings.js';
import { writeImages } from '../../flow/measured-runs/scene.js';
import { runInProcess, type RunOne } from '../../flow/measured-runs/run-in-process.js';
import type { RunFigures } from '../../flow/measured-runs/run-order.js';

/** One way to work off one batch. */
export interface Configuration {
  readonly method: 'sequential' | 'parallel';
  readonly images: number;
  /** Worker threads; 1 where it is sequential. */
  readonly threads: number;
}

export interface Run extends RunFigures {
  /** From 1. Runs of one round and batch size followed one another. */
  readonly round: number;
  /** Of the machine over the last minute, when the run had ended. Always 0 on Windows. */
  readonly loadAverage: number;
  /** Results that are not those of the first sequential run, byte for byte. */
  readonly differing: readonly string[];
}

export interface Measurement extends Configuration {
  readonly runs: readonly Run[];
}

export interface Measured {
  readonly settings: BenchmarkSettings;
  readonly usableCores: number;
  /** Its name, and by how much the images were enlarged. */
  readonly network: string;
  readonly factor: number;
  readonly elapsedMs: number;
  readonly measurements: readonly Measurement[];
}

/** Told as the benchmark goes on. */
export interface Step {
  readonly configuration: Configuration;
  readonly round: number;
  readonly doneRuns: number;
  readonly runs: number;
  /** Share 0..1 of all images that have been worked off. */
  readonly doneShare: number;
}

export interface Tools {
  readonly signal?: AbortSignal;
  readonly runOne?: RunOne;
  /** Before each run. */
  readonly onStep?: (step: Step) => void;
}

/**
 * Runs every configuration in turn, round after round, so that a machine that drifts drifts for all of them,
 * and compares their results. Everything written is removed again.
 * @throws SrganError what made a run fail; E_NOSPC, E_MODEL; E_CANCELLED where the signal aborted
 */
export async function measure(settings: BenchmarkSettings, tools: Tools = {}): Promise<Measured> {
  const { signal = new AbortController().signal } = tools;
  const startMs = performance.now();
  const { workload } = settings;
  const network = await openNetworks(workload).describe(workload.model);
  const factor = workload.scale ?? network.defaultFactor;
  await checkDisk(tmpdir(), settings, factor);
  const directory = await mkdtemp(path.join(tmpdir(), 'srgan-benchmark-')).catch((cause: unknown) => {
    throw writeFailure(tmpdir(), cause);
  });
  trackTempPath(directory);
  try {
    const measurements = await measureIn(directory, settings, { ...tools, signal });
    const elapsedMs = performance.now() - startMs;
    const cores = await usableCores();
    return { settings, usableCores: cores, network: network.name, factor, elapsedMs, measurements };
  } catch (error) {
    throw signal.aborted
      ? new SrganError('E_CANCELLED', 'The benchmark was interrupted.', { cause: error })
      : error;
  } finally {
    await rm(directory, { recursive: true, force: true, maxRetries: 5 });
    untrackTempPath(directory);
  }
}

/** In the order in which they run within a round. */
export function configurationsOf(images: number, threadCounts: readonly number[]): Configuration[] {
  return [
    { method: 'sequential', images, threads: 1 },
    ...threadCounts.map((threads) => ({ method: 'parallel', images, threads }) as const),
  ];
}

async function measureIn(
  directory: string,
  settings: BenchmarkSettings,
  { signal, runOne = runInProcess, onStep }: Tools & { signal: AbortSignal },
): Promise<Measurement[]> {
  const { batchSizes, threadCounts, imageSizePx: side, repeat, seed, warmup, workload } = settings;
  const sources = path.join(directory, 'in');
  const results = path.join(directory, 'results');
  const largest = Math.max(...batchSizes);
  await writeImages(sources, { count: largest, widthPx: side, heightPx: side, seed, signal });

  const runs = batchSizes.length * (threadCounts.length + 1) * repeat;
  const allImages = batchSizes.reduce((sum, images) => sum + images, 0) * (threadCounts.length + 1) * repeat;
  let doneRuns = 0;
  let doneImages = 0;
  const measurements: (Configuration & { runs: Run[] })[] = [];

  for (const images of batchSizes) {
    const batch = configurationsOf(images, threadCounts).map((one) => ({ ...one, runs: [] as Run[] }));
    measurements.push(...batch);
    let reference: Digests | undefined;
    for (let round = 1; round <= repeat; round += 1) {
      for (const { runs: done, ...configuration } of batch) {
        onStep?.({ configuration, round, doneRuns, runs, doneShare: doneImages / allImages });
        const { figures, digests } = await oneRun(configuration);
        reference ??= digests;
        done.push({
          round,
          ...figures,
          loadAverage: loadavg()[0] ?? 0,
          differing: differing(reference, digests),
        });
        doneRuns += 1;
        doneImages += images;
      }
    }
  }
  return measurements;

  async function oneRun({ method, images, threads }: Configuration) {
    const out = path.join(results, 'measured');
    const workers = method === 'sequential' ? { sequential: true } : { threads };
    const warmupOut = path.join(results, 'warmup');
    const warmups = warmup * threads;
    try {
      const figures = await runOne({ sources, images, out, warmups, warmupOut, workload, workers }, signal);
      return { figures, digests: await digestsOf(out) };
    } finally {
      await rm(results, { recursive: true, force: true, maxRetries: 5 });
    }
  }
}

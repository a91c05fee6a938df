import type { PipeOptions } from '../../contract/options.js';
import { expected, integer, type Check } from '../../system/expect.js';
import { resolveOptions } from '../../flow/settings.js';
import type { Workload } from '../../flow/measured-runs/run-order.js';
import { SrganError } from '../../system/errors.js';
import { statfs } from '../../system/files/fs.js';
import { formatBytes } from '../../system/measures.js';

export interface BenchmarkOptions {
  /** Images in a batch, each 1..10000. Default 10, 50, 100. */
  batchSizes?: readonly number[];
  /** Worker threads, each 1..256. Default 1, 2, 4, 8. */
  threadCounts?: readonly number[];
  /** Side of the square images, 16..8192. Default 256. */
  imageSizePx?: number;
  /** Images per worker that go through before the clock starts, 0..100. Default 2; 0 times the loading too. */
  warmup?: number;
  /** Rounds, 1..100; in each every configuration runs once. Default 3. */
  repeat?: number;
  /** Of the images, 0..2³²−1. Default 1. */
  seed?: number;
  workload?: Workload;
}

/** Checked and filled; the lists ascend and have no duplicates. */
export interface BenchmarkSettings extends Readonly<Required<BenchmarkOptions>> {
  readonly workload: Readonly<Workload> & Pick<Required<PipeOptions>, 'model' | 'engine' | 'device'>;
}

const MOST_ENTRIES = 32;

const listOf = (max: number): Check => ({
  what: `1 to ${MOST_ENTRIES} whole numbers from 1 to ${max}`,
  holds: (value) =>
    Array.isArray(value) &&
    value.length >= 1 &&
    value.length <= MOST_ENTRIES &&
    value.every(integer(1, max, '').holds),
});
const whole = (min: number, max: number) => integer(min, max, `a whole number from ${min} to ${max}`);

const CHECKS: Record<Exclude<keyof BenchmarkOptions, 'workload'>, Check> = {
  batchSizes: listOf(10_000),
  threadCounts: listOf(256),
  imageSizePx: whole(16, 8192),
  warmup: whole(0, 100),
  repeat: whole(1, 100),
  seed: whole(0, 2 ** 32 - 1),
};

/** @throws SrganError E_USAGE */
export async function resolveBenchmark(options: BenchmarkOptions): Promise<BenchmarkSettings> {
  for (const [name, check] of Object.entries(CHECKS)) {
    const value = options[name as keyof typeof CHECKS];
    if (value !== undefined && !check.holds(value)) throw expected(check.what, name, value);
  }
  const { model, engine, device, scale, tile } = await resolveOptions({ inputs: [], ...options.workload });
  return {
    batchSizes: ascending(options.batchSizes ?? [10, 50, 100]),
    threadCounts: ascending(options.threadCounts ?? [1, 2, 4, 8]),
    imageSizePx: options.imageSizePx ?? 256,
    warmup: options.warmup ?? 2,
    repeat: options.repeat ?? 3,
    seed: options.seed ?? 1,
    workload: { model, engine, device, scale, tile },
  };
}

const ascending = (values: readonly number[]) => [...new Set(values)].sort((a, b) => a - b);

/** PNG adds a byte a row and some headers to pixels that cannot be compressed. */
const PNG_OVERHEAD = 1.05;

/**
 * @param factor by which the images are enlarged
 * @throws SrganError E_NOSPC where the images and the results of one run may not fit
 */
export async function checkDisk(
  directory: string,
  settings: BenchmarkSettings,
  factor: number,
): Promise<void> {
  const found = await statfs(directory).catch(() => undefined);
  if (!found) return;
  const freeBytes = found.bavail * found.bsize;
  const neededBytes = neededDisk(settings, factor);
  if (neededBytes <= freeBytes) return;
  const sentence = `${directory}: the benchmark may need ${formatBytes(neededBytes)}, but ${formatBytes(freeBytes)} are free.`;
  throw new SrganError('E_NOSPC', sentence, {
    hint: 'Take fewer or smaller images, or set TMPDIR to a directory with more room.',
  });
}

/** Bytes of all sources and of the results of the largest run, at most. */
export function neededDisk(settings: BenchmarkSettings, factor: number): number {
  const { batchSizes, threadCounts, imageSizePx, warmup } = settings;
  const images = Math.max(...batchSizes);
  const results = images + warmup * Math.max(...threadCounts);
  const imageBytes = 3 * imageSizePx ** 2 * PNG_OVERHEAD;
  return Math.ceil(imageBytes * (images + results * factor ** 2));
}

import { performance } from 'node:perf_hooks';
import type { FoundSource, Outcome } from '../../../contract/job.js';
import type { Machinery } from '../../../flow/machinery.js';
import { namesWhere, type NamesWith, type PipeOptions } from '../../../contract/options.js';
import { pipeWithin } from '../../../flow/pipe.js';
import { pixelsOf } from '../../../flow/summary.js';
import { absolutePlace } from '../../../system/files/address.js';
import { lastOf, type Attempt } from './attempt.js';
import type { ShardWatch } from '../redis/crashes.js';
import type { ImageFailure, ShardResult } from '../redis/counters.js';
import type { Manifest, ManifestFiles } from '../manifest.js';

/** Options of a worker itself, which change nothing in the results. */
export type Resources = Pick<PipeOptions, NamesWith<{ readonly ofWorker: true }>>;

/** Picks a worker's own options; all others are fixed when the work is submitted. */
export const resourcesOf = (options: Partial<PipeOptions>): Resources =>
  Object.fromEntries(namesWhere(({ ofWorker }) => ofWorker === true).map((name) => [name, options[name]]));

export interface Shard {
  readonly manifest: Manifest;
  readonly files: ManifestFiles;
  readonly number: number;
  readonly sources: readonly FoundSource[];
}

export interface ShardRun {
  readonly resources: Resources;
  readonly machinery: Machinery;
  /** Aborted: finishes the images in flight, and leaves the rest. */
  readonly drain: AbortSignal;
  readonly onOutcome: (outcome: Outcome) => void;
  /** For each attempt: knows and notes with which images processes die. */
  readonly watch: () => Promise<ShardWatch>;
}

/** Where an output appears while an attempt runs, another one may have made it; so often it is looked at again. */
const MOST_LOOKS = 3;

/**
 * Works a shard off. What an earlier attempt has done is passed over; a bad image is a part of the result.
 * @returns undefined where it was drained before its end
 * @throws SrganError where the set-up makes it impossible, or the run stopped before its end
 */
export async function runShard(shard: Shard, run: ShardRun): Promise<ShardResult | undefined> {
  for (let look = 1; ; look++) {
    const { result, meets } = await oneAttempt(shard, run, look < MOST_LOOKS);
    if (!meets) return result;
  }
}

async function oneAttempt(shard: Shard, run: ShardRun, mayLookAgain: boolean) {
  const attempt = await shard.files.beginAttempt(shard.number);
  try {
    return await finish(attempt, shard, run, mayLookAgain);
  } finally {
    await attempt.close();
  }
}

async function finish(attempt: Attempt, { manifest, sources }: Shard, run: ShardRun, mayLookAgain: boolean) {
  const startMs = performance.now();
  const watch = await run.watch();
  const ended: Outcome[] = [];
  const { stopped } = await pipeWithin(
    { watch, machinery: run.machinery, work: attempt.work },
    {
      inputs: { kind: 'found', sources },
      out: manifest.out,
      ...manifest.options,
      ...run.resources,
      journal: attempt.journal,
      resume: true,
      drain: run.drain,
      onOutcome: (outcome) => {
        ended.push(outcome);
        watch.told(outcome.index, 0);
        run.onOutcome(outcome);
      },
    },
  ).finally(() => watch.close());
  await attempt.keep();
  if (stopped) throw new Error(stopped.message);
  const complete = ended.length === sources.length && ended.every(({ status }) => status !== 'cancelled');
  if (!complete) return { result: undefined, meets: false };
  const exists = ended.some(({ code }) => code === 'E_EXISTS');
  if (exists && mayLookAgain && (await attempt.isBehind())) return { result: undefined, meets: true };
  return { result: await resultOf(ended, attempt.journal, performance.now() - startMs), meets: false };
}

async function resultOf(ended: readonly Outcome[], journal: string, ms: number): Promise<ShardResult> {
  const counts = { done: 0, copied: 0, skipped: 0, failed: 0 };
  const codes: Record<string, number> = {};
  const first: ImageFailure[] = [];
  let pixels = 0;
  const resumed = ended.some(({ status }) => status === 'skipped');
  const last = resumed ? await lastOf(journal) : undefined;
  for (const outcome of ended) {
    const before = outcome.status === 'skipped' ? last?.get(absolutePlace(outcome.src)) : undefined;
    // what an earlier attempt did is done
    const isDone = before?.status === 'done' || before?.status === 'copied';
    const { status, ...facts } = isDone ? { ...outcome, ...before } : outcome;
    if (status === 'planned' || status === 'cancelled') continue;
    counts[status] += 1;
    if (status === 'done') pixels += pixelsOf({ ...outcome, ...facts });
    if (status !== 'failed') continue;
    const { code = 'E_INTERNAL', message = '' } = outcome;
    codes[code] = (codes[code] ?? 0) + 1;
    first.push({ src: outcome.src, code, message });
  }
  return { ...counts, pixels, ms, codes, first };
}

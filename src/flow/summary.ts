import { performance } from 'node:perf_hooks';
import type { ErrorCode } from '../system/errors.js';
import type { Outcome, StageName, Status } from '../contract/job.js';
import type { Shard } from '../contract/options.js';
import type { Budget } from '../system/budget.js';
import type { Buffers, PoolStats } from '../contract/ports.js';
import { peakRssBytes } from '../system/machine.js';

/** Estimate of a planned run. */
export interface Estimate {
  /** Peak bytes of the images in flight, without the workers' own memory. */
  readonly inFlightBytes: number;
  /** Inference time on all workers; undefined where no network would run. */
  readonly ms: number | undefined;
}

/** Result of a run. */
export interface Summary {
  /** Number of sources that ended. */
  readonly sources: number;
  /** Total number of sources, where it was known in advance. */
  readonly total: number | undefined;
  /** Shard of the run, and the number of sources that belong to other shards. */
  readonly shard: ShardFigures | undefined;
  readonly counts: Readonly<Record<Status, number>>;
  /** Width × height × pages, summed over the images that were upscaled. */
  readonly inputPixels: number;
  readonly inputMpxPerSecond: number;
  readonly elapsedMs: number;
  /** Summed over images and threads, so it exceeds the elapsed time where work ran in parallel. */
  readonly ms: Readonly<Record<TimedPart, number>>;
  readonly threads: number;
  /** Share 0..1 of the workers' time in which they had a tile. */
  readonly busyShare: number;
  /** Milliseconds that each worker spent on tiles, including loading networks. */
  readonly workerBusyMs: readonly number[];
  /** Peak resident memory of the process so far. */
  readonly peakRssBytes: number;
  /** Peak memory granted to images in flight, and the limit, which only a single larger image exceeds. */
  readonly budget: { readonly peakBytes: number; readonly totalBytes: number };
  readonly buffers: BufferFigures;
  readonly warnings: number;
  /** Number of files in directories that were skipped because their format is not read, by extension. */
  readonly passedOver: Readonly<Record<string, number>>;
  readonly failures: Failures;
  /** Of a dry run. */
  readonly estimate: Estimate | undefined;
  /** Why the run stopped before the end of its sources. */
  readonly stopped: { readonly code: ErrorCode; readonly message: string } | undefined;
  /** 0: all done; 1: some failed or were left out; 2: there was nothing to do. Interrupts are up to the caller. */
  readonly exitStatus: 0 | 1 | 2;
}

export type ShardFigures = Readonly<Shard> & { readonly others: number };

/** A stage, `infer` (the part of `upscale` inside the network), or `waiting` (workers without a tile). */
export type TimedPart = StageName | 'infer' | 'waiting';

/** Reuse of pixel buffers. */
export interface BufferFigures {
  /** Number of requests, and how many of them reused a buffer. */
  readonly taken: number;
  readonly reused: number;
  /** Bytes still held at the end. */
  readonly heldBytes: number;
}

export interface Failures {
  readonly byCode: Readonly<Record<string, number>>;
  /** The first failures; the rest are only counted. */
  readonly first: readonly Failure[];
}

export interface Failure {
  readonly src: string;
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
}

export const FAILURES_KEPT = 20;

/** State of a tally as plain data. */
export interface TallyState {
  /** Milliseconds since 1970. */
  readonly startedMs: number;
  readonly counts: Readonly<Record<Status, number>>;
  readonly ms: Readonly<Record<StageName, number>>;
  readonly inputPixels: number;
  readonly warnings: number;
  readonly failures: Failures;
  readonly pool: PoolStats;
  readonly peakRssBytes: number;
}

/** Counts outcomes in constant memory. */
export interface Tally {
  add(outcome: Outcome): void;
  state(pool: PoolStats): TallyState;
  readonly ended: number;
  readonly failed: number;
  close(facts: TallyFacts): Summary;
}

export interface TallyFacts {
  readonly threads: number;
  readonly pool: PoolStats;
  readonly budget: Pick<Budget, 'peakBytes' | 'totalBytes'>;
  readonly buffers: Buffers['stats'];
  readonly total: number | undefined;
  readonly shard?: ShardFigures | undefined;
  readonly unread?: Summary['passedOver'] | undefined;
  readonly estimate?: Estimate | undefined;
  readonly stopped: Summary['stopped'];
}

const NOTHING: TallyState = {
  startedMs: NaN,
  counts: { done: 0, copied: 0, skipped: 0, planned: 0, failed: 0, cancelled: 0 },
  ms: { plan: 0, decode: 0, upscale: 0, encode: 0, write: 0 },
  inputPixels: 0,
  warnings: 0,
  failures: { byCode: {}, first: [] },
  pool: { tiles: 0, inferMs: [], busyMs: [] },
  peakRssBytes: 0,
};

/** Milliseconds since a process of this machine started a run. */
export function elapsedSince(before: TallyState | undefined): number {
  return before ? Math.max(0, Date.now() - before.startedMs) : 0;
}

export const endedIn = ({ counts }: Pick<TallyState, 'counts'>) => sum(Object.values(counts));

/** @param before state of the earlier processes of the same run, which died */
export function openTally(before?: TallyState): Tally {
  const startMs = performance.now() - elapsedSince(before);
  const startedMs = before?.startedMs ?? Date.now();
  const begun = before ?? NOTHING;
  const counts = { ...begun.counts };
  const ms = { ...begun.ms };
  const byCode: Record<string, number> = { ...begun.failures.byCode };
  const first: Failure[] = [...begun.failures.first];
  let ended = endedIn(begun);
  let { inputPixels, warnings } = begun;

  return {
    get ended() {
      return ended;
    },
    get failed() {
      return counts.failed;
    },
    add(outcome) {
      ended += 1;
      counts[outcome.status] += 1;
      warnings += outcome.warnings.length;
      if (outcome.status === 'done') inputPixels += pixelsOf(outcome);
      for (const [name, spent] of Object.entries(outcome.ms)) ms[name as StageName] += spent;
      if (outcome.status === 'failed') note(outcome);
    },
    state: (pool) => ({
      startedMs,
      counts: { ...counts },
      ms: { ...ms },
      inputPixels,
      warnings,
      failures: { byCode: { ...byCode }, first: [...first] },
      pool: inAll(begun.pool, pool),
      peakRssBytes: Math.max(begun.peakRssBytes, peakRssBytes()),
    }),
    close({ threads, pool: ours, budget, buffers, total, shard, unread = {}, estimate, stopped }) {
      const elapsedMs = performance.now() - startMs;
      const pool = inAll(begun.pool, ours);
      const busyMs = sum(pool.busyMs);
      const workerMs = pool.busyMs.length * elapsedMs;
      return {
        sources: ended,
        total,
        shard,
        counts,
        inputPixels,
        inputMpxPerSecond: elapsedMs > 0 ? inputPixels / 1000 / elapsedMs : 0,
        elapsedMs,
        ms: { ...ms, infer: sum(pool.inferMs), waiting: Math.max(0, workerMs - busyMs) },
        threads,
        busyShare: workerMs > 0 ? Math.min(1, busyMs / workerMs) : 0,
        workerBusyMs: pool.busyMs,
        peakRssBytes: Math.max(begun.peakRssBytes, peakRssBytes()),
        budget: { peakBytes: budget.peakBytes, totalBytes: budget.totalBytes },
        buffers: {
          taken: buffers.hits + buffers.misses,
          reused: buffers.hits,
          heldBytes: buffers.heldBytes,
        },
        warnings,
        passedOver: { ...unread },
        failures: { byCode, first },
        estimate,
        stopped,
        exitStatus:
          ended === 0 && !shard?.others ? 2 : counts.failed + counts.cancelled > 0 || stopped ? 1 : 0,
      };
    },
  };

  function note({ src, code = 'E_INTERNAL', message = '', hint }: Outcome) {
    byCode[code] = (byCode[code] ?? 0) + 1;
    if (first.length < FAILURES_KEPT) first.push({ src, code, message, hint });
  }
}

export function pixelsOf({ inputWidthPx = 0, inputHeightPx = 0, pages = 1 }: Outcome): number {
  return inputWidthPx * inputHeightPx * pages;
}

/** Adds the figures of two processes, worker by worker. */
const inAll = (a: PoolStats, b: PoolStats): PoolStats => ({
  tiles: a.tiles + b.tiles,
  inferMs: sumOfEach(a.inferMs, b.inferMs),
  busyMs: sumOfEach(a.busyMs, b.busyMs),
});

const sumOfEach = (a: readonly number[], b: readonly number[]) =>
  Array.from({ length: Math.max(a.length, b.length) }, (_, i) => (a[i] ?? 0) + (b[i] ?? 0));

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

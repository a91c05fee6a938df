import { channel } from 'node:diagnostics_channel';
import { performance } from 'node:perf_hooks';
import { asSrganError, SrganError, type ErrorCode } from '../../system/errors.js';
import { inItsName } from './fetch.js';
import type { Job, Outcome, Source, StageName, Status, Written } from '../../contract/job.js';

/** Goes with one source from `find` to `record`, whatever happens on the way. */
export interface Ticket {
  readonly source: Source;
  readonly warnings: string[];
  readonly ms: Partial<Record<StageName, number>>;
  /** Set by plan. */
  job?: Job;
  /** Names what the result depends on, where a journal is kept; set by plan. */
  key?: string;
  /** The output that other sources cannot have; set by plan. */
  claimed?: string;
  /** Path of the copy of a remote source, while there is one; set by plan. */
  copy?: string;
  /** Where the result has its place by now, or may have it; set by write. */
  published?: string;
  /** Aborted when it is to go no further, and why where that is since its time is up; set by decode. */
  stop?: AbortSignal;
  late?: SrganError;
  /** How it ended; later stages then pass it on untouched. */
  end?: End;
  /** Called once, when the source has ended, last deferred first: gives back memory and buffers. */
  defer(release: () => void): void;
  release(): void;
}

export type End =
  | { status: 'done' | 'copied'; written: Written }
  /** `proven`: done before; `passedOver`: none of those that are asked for, of which nothing new is known. */
  | { status: 'skipped'; reason: string; proven?: boolean; passedOver?: boolean }
  | { status: 'planned' }
  | { status: 'failed' | 'cancelled'; error: SrganError };

/** What flows between stages: the ticket, and the stage's product while there is one. */
export interface Flight<T> {
  readonly ticket: Ticket;
  readonly value?: T;
}

/** Published on `stageEvents` for each source: when a stage begins and ends its work on it, and at its release. */
export interface StageEvent {
  readonly stage: StageName | 'release';
  readonly phase: 'begin' | 'end';
  readonly index: number;
}

/** Costs nothing while nobody subscribes; for tests and profilers. */
export const stageEvents = channel('srgan:stage');

export type Stage<I, O> = (flights: AsyncIterable<Flight<I>>) => AsyncGenerator<Flight<O>>;

/** Work of a stage on one source; without a value it has set `ticket.end`. */
export type Work<I, O> = (value: I, ticket: Ticket) => Promise<O | undefined>;

export function openTicket(source: Source): Ticket {
  const releases: (() => void)[] = [];
  let released = false;
  return {
    source,
    warnings: [],
    ms: {},
    defer: (release) => void releases.push(release),
    release: () => {
      if (released) return;
      released = true;
      for (let release = releases.pop(); release; release = releases.pop()) release();
      publish('release', 'end', source.index);
    },
  };
}

function publish(stage: StageEvent['stage'], phase: StageEvent['phase'], index: number): void {
  if (stageEvents.hasSubscribers) stageEvents.publish({ stage, phase, index } satisfies StageEvent);
}

/**
 * The sources of a run, each with its ticket: the head of the flow. One with which a process died before is in
 * flight alone, so that it is known what to blame if that happens again.
 * @param rules.oneByOne a source is asked for only when the one before has ended
 */
export async function* ticketed(
  sources: AsyncIterable<Source>,
  { oneByOne }: { oneByOne: boolean },
): AsyncGenerator<Flight<Source>> {
  const inFlight = new Set<Promise<void>>();
  for await (const source of sources) {
    const alone = oneByOne || source.crashed !== undefined;
    if (alone) await Promise.all(inFlight);
    const ticket = openTicket(source);
    const ended = new Promise<void>((resolve) => ticket.defer(resolve));
    inFlight.add(ended);
    void ended.then(() => inFlight.delete(ended));
    yield { ticket, value: source };
    if (alone) await ended;
  }
}

/**
 * Runs `work` on up to `concurrency` sources at a time and hands each on as it finishes. A source is pulled
 * only when a place is free, and a finished one keeps its place until it is asked for: this is the
 * backpressure. Free places are filled whether anybody asks or not, so that work is ready when it is wanted.
 */
export function stage<I, O>(
  name: StageName,
  concurrency: number,
  fallback: ErrorCode,
  refusal: (ticket: Ticket) => SrganError | undefined,
  work: Work<I, O>,
): Stage<I, O> {
  return async function* (flights) {
    const sources = flights[Symbol.asyncIterator]();
    const working = new Set<Promise<void>>();
    const finished: Flight<O>[] = [];
    let pull: Promise<void> | undefined;
    let upstream: { ended: boolean; failure?: SrganError } = { ended: false };
    let left = false;
    let wake = () => {};

    const fill = () => {
      if (pull || upstream.ended || working.size + finished.length >= concurrency) return;
      pull = sources.next().then(
        (result) => {
          pull = undefined;
          if (result.done) upstream = { ended: true };
          else if (left) result.value.ticket.release();
          else begin(result.value);
          fill();
          wake();
        },
        (cause: unknown) => {
          pull = undefined;
          upstream = {
            ended: true,
            failure: asSrganError(cause, 'E_INTERNAL', `${name}: its sources ended unexpectedly.`),
          };
          wake();
        },
      );
    };
    const begin = (flight: Flight<I>) => {
      const task = advance(flight).then((next) => {
        working.delete(task);
        if (left) next.ticket.release();
        else finished.push(next);
        wake();
      });
      working.add(task);
    };

    try {
      for (;;) {
        const next = finished.shift();
        fill();
        if (next) yield next;
        else if (pull || working.size > 0) await new Promise<void>((resolve) => (wake = resolve));
        else break;
      }
      if (upstream.failure) throw upstream.failure;
    } finally {
      upstream = { ended: true };
      left = true;
      // where the flow breaks off, others may wait for what these hold
      for (const { ticket } of finished) ticket.release();
      await Promise.all(working);
      await sources.return?.();
    }
  };

  async function advance({ ticket, value }: Flight<I>): Promise<Flight<O>> {
    if (ticket.end || value === undefined) return { ticket };
    const startMs = performance.now();
    try {
      const refused = refusal(ticket);
      if (refused) throw refused;
      publish(name, 'begin', ticket.source.index);
      const product = await work(value, ticket);
      return product === undefined ? { ticket } : { ticket, value: product };
    } catch (cause) {
      const failed = asSrganError(cause, fallback, `${ticket.source.path}: ${name} failed unexpectedly.`);
      const failure = inItsName(failed, ticket);
      // what was told to stop says so, whatever for
      const error = failure.code === 'E_CANCELLED' ? (refusal(ticket) ?? failure) : failure;
      ticket.end = { status: error.code === 'E_CANCELLED' ? 'cancelled' : 'failed', error };
      return { ticket };
    } finally {
      ticket.ms[name] = performance.now() - startMs;
      publish(name, 'end', ticket.source.index);
      if (ticket.end) ticket.release();
    }
  }
}

/** The record of a source that has ended. */
export function outcomeOf(ticket: Ticket): Outcome {
  const { source, job, end } = ticket;
  if (!end) throw new SrganError('E_INTERNAL', `${source.path}: reached the end without an outcome.`);
  const error = 'error' in end ? end.error : undefined;
  const written = 'written' in end ? end.written : undefined;
  const planned = end.status === 'planned' ? job : undefined;
  const status: Status = end.status;
  return {
    index: source.index,
    src: source.path,
    dst: written?.path ?? job?.outputPath,
    status,
    tries: source.again?.tries,
    code: error?.code,
    message: error?.message,
    hint: error?.hint,
    reason: 'reason' in end ? end.reason : undefined,
    warnings: ticket.warnings,
    inputWidthPx: job?.header.widthPx,
    inputHeightPx: job?.header.heightPx,
    pages: job?.header.pages,
    outputWidthPx: written?.widthPx ?? planned?.targetWidthPx,
    outputHeightPx: written?.heightPx ?? planned?.targetHeightPx,
    outputBytes: written?.bytes,
    format: planned?.format,
    predictedBytes: planned?.predictedBytes,
    spilled: job?.spill,
    model: job?.action === 'upscale' ? job.model : undefined,
    modelBecause: job?.action === 'upscale' ? job.modelBecause : undefined,
    passes: job?.action === 'upscale' ? job.passes : undefined,
    ms: ticket.ms,
    extra: source.extra,
    error,
  };
}

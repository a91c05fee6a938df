import { channel } from 'node:diagnostics_channel';
import { SrganError } from '../system/errors.js';
import type { Job, Source, StageName, Written } from '../contract/job.js';

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

export function publish(stage: StageEvent['stage'], phase: StageEvent['phase'], index: number): void {
  if (stageEvents.hasSubscribers) stageEvents.publish({ stage, phase, index } satisfies StageEvent);
}

/** A failure that names the copy of a remote source, under the name that a person knows. */
export function inItsName(error: SrganError, { copy, source }: Pick<Ticket, 'copy' | 'source'>): SrganError {
  if (copy === undefined || !error.message.includes(copy)) return error;
  const sentence = error.message.replaceAll(copy, source.path);
  return new SrganError(error.code, sentence, { cause: error.cause ?? error, hint: error.hint });
}

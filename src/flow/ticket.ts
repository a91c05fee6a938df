import { channel } from 'node:diagnostics_channel';
import { SrganError } from '../system/errors.js';
import type { Job, Source, StageName, Written } from '../contract/job.js';

/** Accompanies a source from `find` to `record`. */
export interface Ticket {
  readonly source: Source;
  readonly warnings: string[];
  readonly ms: Partial<Record<StageName, number>>;
  /** Set by plan. */
  job?: Job;
  /** Key of everything the result depends on, where a journal is kept; set by plan. */
  key?: string;
  /** Output path claimed by this source; set by plan. */
  claimed?: string;
  /** Path of the local copy of a remote source; set by plan. */
  copy?: string;
  /** Path at which the result has been, or may have been, published; set by write. */
  published?: string;
  /** Aborted when the image is to stop, with the reason where its time limit is over; set by decode. */
  stop?: AbortSignal;
  late?: SrganError;
  /** How it ended; later stages then pass it on unchanged. */
  end?: End;
  /** Registers a function that releases memory or buffers; called once when the source has ended, last first. */
  defer(release: () => void): void;
  release(): void;
}

export type End =
  | { status: 'done' | 'copied'; written: Written }
  /** `proven`: done by an earlier run; `passedOver`: not among the requested sources, with no new information. */
  | { status: 'skipped'; reason: string; proven?: boolean; passedOver?: boolean }
  | { status: 'planned' }
  | { status: 'failed' | 'cancelled'; error: SrganError };

/** What flows between stages: the ticket, and the value of the last stage until the source has ended. */
export interface Flight<T> {
  readonly ticket: Ticket;
  readonly value?: T;
}

/** Published on `stageEvents` when a stage starts and ends its work on a source, and at its release. */
export interface StageEvent {
  readonly stage: StageName | 'release';
  readonly phase: 'begin' | 'end';
  readonly index: number;
}

/** For tests and profilers; free of cost without subscribers. */
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

/** Replaces the path of a remote source's local copy by the source's own name in an error. */
export function inItsName(error: SrganError, { copy, source }: Pick<Ticket, 'copy' | 'source'>): SrganError {
  if (copy === undefined || !error.message.includes(copy)) return error;
  const sentence = error.message.replaceAll(copy, source.path);
  return new SrganError(error.code, sentence, { cause: error.cause ?? error, hint: error.hint });
}

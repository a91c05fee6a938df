import type { Outcome, Status } from '../../contract/job.js';
import type { NamesWith, PipeOptions } from '../../contract/options.js';
import type { Maker } from './key.js';

/**
 * A journal is an append-only file with one JSON object per line: a `batch` line, then for each source a `writing` line
 * before its result appears under its name and a `source` line when it has ended, then an `end` line. A resumed run
 * begins with a `resume` line. Lines that were cut off or are of an unknown kind are ignored.
 */
export type JournalLine = BatchLine | ResumeLine | WritingLine | SourceLine | EndLine;

export const JOURNAL_VERSION = 1;

/** The process that writes the following lines. */
export interface Session {
  /** ISO 8601, like all times here. */
  readonly at: string;
  readonly pid: number;
  /** Distinguishes processes with the same id, where the system allows it. */
  readonly birth?: string;
  readonly host: string;
  /** Versions that make the following results; missing in journals of earlier versions. */
  readonly maker?: Maker;
  /** Number of sources, where it was known in advance. */
  readonly total?: number;
}

export interface BatchLine extends Session {
  readonly kind: 'batch';
  readonly version: number;
  readonly id: string;
  /** Base of relative paths among the inputs and options. */
  readonly cwd: string;
  /** The globs, files and directories that the sources came from. */
  readonly patterns?: readonly string[];
  readonly options: RecordedOptions;
}

/** The options that a journal keeps: plain data that is not about one run alone. */
export type RecordedOptions = Omit<PipeOptions, 'inputs' | NamesWith<{ readonly recorded: false }>>;

export interface ResumeLine extends Session {
  readonly kind: 'resume';
}

/** A complete result that is about to get its name, so that it is recognised after a crash. */
export interface WritingLine extends Proof {
  readonly kind: 'writing';
}

/** States that the bytes at `dst` are the result for `key`. */
export interface Proof {
  readonly key: string;
  /** Relative to the output directory, with forward slashes; absolute outside of it. */
  readonly dst: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** The outcome of a source, without the extra keys of its NDJSON record. */
export interface SourceLine extends Omit<Outcome, 'warnings' | 'extra' | 'error'> {
  readonly kind: 'source';
  readonly at: string;
  readonly key?: string;
  readonly inputBytes?: number;
  readonly sha256?: string;
  readonly warnings?: readonly string[];
}

export interface EndLine {
  readonly kind: 'end';
  readonly at: string;
  /** Whether every source has ended; otherwise the run was interrupted or stopped. */
  readonly complete: boolean;
  readonly elapsedMs: number;
  readonly counts: Readonly<Record<Status, number>>;
}

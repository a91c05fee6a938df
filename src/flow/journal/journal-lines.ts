import type { Outcome, Status } from '../../contract/job.js';
import type { NamesWith, PipeOptions } from '../../contract/options.js';
import type { Maker } from './maker.js';

/**
 * A journal is a file of one JSON object a line that is only ever appended to: a `batch` line, then for each
 * source a `writing` line before its result appears under its name and a `source` line when it has ended, then
 * an `end` line. A run that takes the journal up begins with a `resume` line. What is cut off, or of a kind
 * that is not known, counts as not there.
 */
export type JournalLine = BatchLine | ResumeLine | WritingLine | SourceLine | EndLine;

export const JOURNAL_VERSION = 1;

/** The process that writes from here on. */
export interface Session {
  /** ISO 8601, as are all times here. */
  readonly at: string;
  readonly pid: number;
  /** Tells two processes of one id apart, where the system has a way to. */
  readonly birth?: string;
  readonly host: string;
  /** Makes the results from here on; missing in journals of earlier versions. */
  readonly maker?: Maker;
  /** Sources there are, where that was known beforehand. */
  readonly total?: number;
}

export interface BatchLine extends Session {
  readonly kind: 'batch';
  readonly version: number;
  readonly id: string;
  /** What relative paths among the inputs and options are relative to. */
  readonly cwd: string;
  /** Globs, files and directories, where the sources came from such. */
  readonly patterns?: readonly string[];
  readonly options: RecordedOptions;
}

/** The options that a journal keeps: neither places, nor about one run alone, nor anything but plain data. */
export type RecordedOptions = Omit<PipeOptions, 'inputs' | NamesWith<{ readonly recorded: false }>>;

export interface ResumeLine extends Session {
  readonly kind: 'resume';
}

/** A result that is whole and about to get its name: whatever happens next, it is known to be ours. */
export interface WritingLine extends Proof {
  readonly kind: 'writing';
}

/** That the bytes at `dst` are the result of what `key` stands for. */
export interface Proof {
  readonly key: string;
  /** Relative to the output directory with forward slashes; absolute where the result lies elsewhere. */
  readonly dst: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** What became of a source; its own keys of an NDJSON list are left out. */
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
  /** Every source has ended in some way; otherwise the run was interrupted or stopped. */
  readonly complete: boolean;
  readonly elapsedMs: number;
  readonly counts: Readonly<Record<Status, number>>;
}

import { randomBytes } from 'node:crypto';
import type { SourceLine } from '../../../flow/journal/journal-lines.js';
import { readLines } from '../../../flow/journal/read.js';

/**
 * An attempt at a shard has a journal of its own, since a worker that stalled may still write to the one before.
 * What earlier attempts have done is passed over, and known to be ours.
 */
export interface Attempt {
  /** A file of this machine. */
  readonly journal: string;
  /** By which results that lie in a store tell that they are of this shard; undefined where the journal tells. */
  readonly work: string | undefined;
  /** Whether other attempts have written since this one began. */
  isBehind(): Promise<boolean>;
  /**
   * Puts the journal where it outlives this machine.
   * @throws SrganError E_WRITE, E_NOSPC
   */
  keep(): Promise<void>;
  close(): Promise<void>;
}

/** Where the journals of attempts at a shard lie, and how their names begin. */
export interface JournalsPlace {
  readonly directory: string;
  readonly prefix: string;
}

export const JOURNAL_ENDING = '.ndjson';

/** By name they are sorted by time. */
export const journalName = ({ prefix }: JournalsPlace): string =>
  `${prefix}${Date.now().toString(36).padStart(9, '0')}${randomBytes(3).toString('hex')}${JOURNAL_ENDING}`;

/** The last that the journal says of each source, by its absolute path. */
export async function lastOf(journal: string): Promise<Map<string, SourceLine>> {
  const last = new Map<string, SourceLine>();
  for await (const lines of readLines(journal)) {
    for (const line of lines) if (line.kind === 'source') last.set(line.src, line);
  }
  return last;
}

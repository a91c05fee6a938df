import path from 'node:path';
import type { Status } from '../../contract/job.js';
import type { Shard } from '../../contract/options.js';
import type { BatchLine, EndLine, Session, SourceLine } from './journal-lines.js';
import { isAlive } from './journal-process.js';
import { readLines } from './read.js';

/** Where a batch stands, as its journal tells. */
export interface BatchState {
  readonly id: string;
  readonly journal: string;
  /** `waiting`: of the shards of a batch, none is running or was interrupted, but not all were begun. */
  readonly state: 'running' | 'finished' | 'interrupted' | 'waiting';
  /** Of a batch that is one of several. */
  readonly shard: Readonly<Shard> | undefined;
  /** Of the process that worked on it last. */
  readonly pid: number;
  readonly host: string;
  /** ISO 8601. */
  readonly startedAt: string;
  /** When the journal was last written to. */
  readonly updatedAt: string;
  /** Sources there are, where that was known beforehand. */
  readonly total: number | undefined;
  /** By the last that was heard of each source. */
  readonly counts: Readonly<Record<Ended, number>>;
  /** Time in which the batch was worked on, over all its runs. */
  readonly elapsedMs: number;
  /** Images done or copied over that time. */
  readonly imagesPerSecond: number;
  /** Where it is running and its total is known. */
  readonly etaMs: number | undefined;
  readonly failures: readonly BatchFailure[];
  /** Of a batch whose shards are told as one: those that were begun, by number, and the numbers of the others. */
  readonly shards?: {
    readonly count: number;
    readonly begun: readonly ShardState[];
    readonly notBegun: readonly number[];
  };
}

/** One shard of a batch; which failed is told of the batch as a whole. */
export type ShardState = Omit<BatchState, 'failures' | 'shards'> & { readonly failures: undefined };

type Ended = Exclude<Status, 'planned' | 'cancelled'>;

export interface BatchFailure {
  readonly src: string;
  readonly code: string;
  readonly message: string;
}

/**
 * @returns undefined where not even the first line of the journal is whole
 * @throws SrganError E_USAGE where it cannot be read
 */
export async function readBatch(file: string, nowMs = Date.now()): Promise<BatchState | undefined> {
  let batch: BatchLine | undefined;
  let session: Session | undefined;
  let end: EndLine | undefined;
  let updatedAt = '';
  let pastMs = 0;
  let made = 0;
  const statuses = new Map<string, Status>();
  const failures = new Map<string, BatchFailure>();

  const closeSession = () => {
    if (session) pastMs += end ? end.elapsedMs : msBetween(session.at, updatedAt);
    end = undefined;
  };
  const hear = ({ src, status, code = 'E_INTERNAL', message = '' }: SourceLine) => {
    if (status === 'done' || status === 'copied') made += 1;
    statuses.set(src, status);
    if (status === 'failed') failures.set(src, { src, code, message });
    else failures.delete(src);
  };

  for await (const lines of readLines(file)) {
    for (const line of lines) {
      if (line.kind === 'batch') batch ??= line;
      if (line.kind === 'batch' || line.kind === 'resume') {
        closeSession();
        session = line;
      } else if (line.kind === 'source') hear(line);
      else if (line.kind === 'end') end = line;
      if ('at' in line) updatedAt = line.at;
    }
  }
  if (!batch || !session) return undefined;

  const { pid, host, total } = session;
  // of a process on another machine nothing but the journal is known
  const running = !end && ((await isAlive(session)) ?? true);
  if (running) updatedAt = new Date(Math.max(nowMs, Date.parse(updatedAt))).toISOString();
  const isComplete = end?.complete === true;
  closeSession();
  const counts = countsOf(statuses.values());
  const ended = counts.done + counts.copied + counts.skipped + counts.failed;
  const left = total === undefined ? undefined : Math.max(0, total - ended);
  return {
    id: batch.id,
    journal: path.normalize(file),
    state: isComplete ? 'finished' : running ? 'running' : 'interrupted',
    shard: batch.options.shard,
    pid,
    host,
    startedAt: batch.at,
    updatedAt,
    total,
    counts,
    elapsedMs: pastMs,
    imagesPerSecond: pastMs > 0 ? (1000 * made) / pastMs : 0,
    etaMs: running && left !== undefined && ended > 0 ? (left / ended) * pastMs : undefined,
    failures: [...failures.values()],
  };
}

const msBetween = (from: string, to: string) => Math.max(0, Date.parse(to) - Date.parse(from));

/** A source that was left undone counts as not ended. */
function countsOf(statuses: Iterable<Status>): Record<Ended, number> {
  const counts = { done: 0, copied: 0, skipped: 0, failed: 0 };
  for (const status of statuses) if (status !== 'planned' && status !== 'cancelled') counts[status] += 1;
  return counts;
}

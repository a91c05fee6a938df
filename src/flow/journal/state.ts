import path from 'node:path';
import type { Status } from '../../contract/job.js';
import type { Shard } from '../../contract/options.js';
import type { BatchLine, EndLine, Session, SourceLine } from './journal-lines.js';
import { isAlive } from './append.js';
import { readLines } from './read.js';
import { removeShardSuffix } from '../../places/find/shard.js';

/** The state of a batch according to its journal. */
export interface BatchState {
  readonly id: string;
  readonly journal: string;
  /** `waiting`: no shard is running or was interrupted, but some have not been started. */
  readonly state: 'running' | 'finished' | 'interrupted' | 'waiting';
  /** The shard, for a batch that is one of several. */
  readonly shard: Readonly<Shard> | undefined;
  /** Id of the process that last worked on it. */
  readonly pid: number;
  readonly host: string;
  /** ISO 8601. */
  readonly startedAt: string;
  /** Time of the journal's last change. */
  readonly updatedAt: string;
  /** Number of sources, where it was known in advance. */
  readonly total: number | undefined;
  /** Number of sources by their last recorded state. */
  readonly counts: Readonly<Record<Ended, number>>;
  /** Working time over all runs of the batch. */
  readonly elapsedMs: number;
  /** Images done or copied per second of that time. */
  readonly imagesPerSecond: number;
  /** Estimated remaining time, where it is running and its total is known. */
  readonly etaMs: number | undefined;
  readonly failures: readonly BatchFailure[];
  /** For combined shards: those that were started, by number, and the numbers of the others. */
  readonly shards?: {
    readonly count: number;
    readonly begun: readonly ShardState[];
    readonly notBegun: readonly number[];
  };
}

/** One shard of a batch; failures are listed for the batch as a whole. */
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

/**
 * Combines the shards of a batch.
 * @param id of the batch, without the suffix of its shards
 * @param batches of one directory, newest first
 * @returns undefined where there is no such shard; where the batch was started with several shard counts, the latest
 */
export function shardsTogether(id: string, batches: readonly BatchState[]): BatchState | undefined {
  const all = batches.filter((batch) => batch.shard && removeShardSuffix(batch.id, batch.shard) === id);
  const count = all[0]?.shard?.count;
  const shards = all
    .filter(({ shard }) => shard?.count === count)
    .sort((a, b) => (a.shard?.index ?? 0) - (b.shard?.index ?? 0));
  const last = shards.toSorted((a, b) => (a.updatedAt < b.updatedAt ? 1 : -1))[0];
  if (last === undefined || count === undefined) return undefined;

  const begun = new Set(shards.map(({ shard }) => shard?.index));
  const notBegun = Array.from({ length: count }, (_, at) => at + 1).filter((index) => !begun.has(index));
  const running = shards.filter(({ state }) => state === 'running');
  const totals = shards.map(({ total }) => total ?? NaN);
  const total = notBegun.length > 0 ? NaN : sum(totals);
  const etas = running.map(({ etaMs }) => etaMs ?? NaN);
  return {
    id,
    journal: path.join(path.dirname(last.journal), `${id}-*-of-${count}.ndjson`),
    state: stateOf(shards, notBegun.length),
    shard: undefined,
    pid: last.pid,
    host: last.host,
    startedAt: shards.map(({ startedAt }) => startedAt).sort()[0] ?? last.startedAt,
    updatedAt: last.updatedAt,
    total: Number.isNaN(total) ? undefined : total,
    counts: {
      done: sum(shards.map(({ counts }) => counts.done)),
      copied: sum(shards.map(({ counts }) => counts.copied)),
      skipped: sum(shards.map(({ counts }) => counts.skipped)),
      failed: sum(shards.map(({ counts }) => counts.failed)),
    },
    elapsedMs: sum(shards.map(({ elapsedMs }) => elapsedMs)),
    imagesPerSecond: sum(
      (running.length > 0 ? running : shards).map(({ imagesPerSecond }) => imagesPerSecond),
    ),
    etaMs: running.length === shards.length && notBegun.length === 0 ? known(Math.max(...etas)) : undefined,
    failures: shards.flatMap(({ failures }) => failures),
    shards: { count, notBegun, begun: shards.map((shard) => ({ ...shard, failures: undefined })) },
  };
}

function stateOf(shards: readonly BatchState[], notBegun: number): BatchState['state'] {
  const states = new Set(shards.map(({ state }) => state));
  if (states.has('running')) return 'running';
  if (states.has('interrupted')) return 'interrupted';
  return notBegun > 0 ? 'waiting' : 'finished';
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

const known = (value: number) => (Number.isNaN(value) ? undefined : value);

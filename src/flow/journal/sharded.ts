import path from 'node:path';
import { removeShardSuffix } from '../../places/find/shard.js';
import type { BatchState } from './state.js';

/**
 * The shards of one batch as one.
 * @param id of the batch, without what tells its shards apart
 * @param batches of one directory, the newest first
 * @returns undefined where there is no such shard; where the batch was begun with several counts of shards, those
 *   that were begun last
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

import { join } from 'node:path';
import type { Source } from '../../../contract/job.js';
import { LOG, readLog, type InFlight, openNotes } from '../../../flow/watch/log.js';
import type { Watch } from '../../../flow/watch/watch.js';
import type { OpenQueue } from './queue.js';

/** Redis forgets after it what processes died of. */
const KNOWN_S = 30 * 24 * 3600;
const causeOf = (index: number | string) => `${index} of`;

/**
 * The images with which processes died: the parent of this one notes a crash, the process that it starts next tells
 * Redis, and whichever worker takes the shard up works on those images alone, or leaves them.
 */
export interface Crashes {
  /** For one attempt at a shard. */
  watch(job: string): Promise<ShardWatch>;
  /** Once a shard has a result. */
  forget(job: string): Promise<void>;
}

export interface ShardWatch extends Watch {
  /** The attempt is over. */
  close(): void;
}

/** @param directory of this process's notes, where a parent watches it */
export async function openCrashes(open: OpenQueue, directory: string | undefined): Promise<Crashes> {
  const { connection, keys } = open;
  const { client } = connection;
  const inFlight = new Map<string, InFlight>();
  const notes = directory === undefined ? undefined : await takeOver(join(directory, LOG));
  const inTurn = openTurns();

  return {
    async watch(job) {
      const crashes = await client.hgetall(keys.crashes(job));
      const [begun, turns] = [new Map<number, string>(), new Map<number, () => void>()];
      let closed = false;
      const end = (index: number) => {
        turns.get(index)?.();
        const id = begun.get(index);
        if (id === undefined) return;
        begun.delete(index);
        inFlight.delete(id);
        notes?.note({ kind: 'told', id, sofar: undefined });
      };
      return {
        before: undefined,
        keepsList: false,
        opened: () => undefined,
        publishing: () => undefined,
        counted: () => undefined,
        told: end,
        finished: () => undefined,
        async *sources(found) {
          for await (const source of found) {
            const { index, path, relativePath } = source;
            const times = Number(crashes[index] ?? 0);
            // two that are in flight together would both be blamed
            if (times > 0) {
              const endTurn = await inTurn();
              if (closed) {
                endTurn();
                return;
              }
              turns.set(index, endTurn);
            }
            const id = idOf(job, index);
            begun.set(index, id);
            inFlight.set(id, { id, index, path, relativePath, crashes: 0, taken: true });
            notes?.note({ kind: 'begun', id, index, path, relativePath });
            yield times > 0 ? suspect(source, times, crashes[causeOf(index)]) : source;
          }
        },
        close() {
          closed = true;
          for (const index of [...begun.keys(), ...turns.keys()]) end(index);
        },
      };
    },
    async forget(job) {
      await client.del(keys.crashes(job));
    },
  };

  async function takeOver(log: string) {
    const past = readLog(log);
    const told = client.multi();
    for (const { id, crashes } of past.inFlight.values()) {
      if (crashes === 0) continue;
      const [job, index] = placeOf(id);
      told.hincrby(keys.crashes(job), index, crashes);
      told.hset(keys.crashes(job), causeOf(index), past.cause ?? '');
      told.expire(keys.crashes(job), KNOWN_S);
    }
    await told.exec();
    const notes = openNotes(log, () => ({ kind: 'sum', inFlight: [...inFlight.values()], sofar: undefined }));
    notes.note({ kind: 'opened' });
    for (const id of past.inFlight.keys()) notes.note({ kind: 'told', id, sofar: undefined });
    return notes;
  }
}

const suspect = (source: Source, times: number, cause = ''): Source => ({
  ...source,
  crashed: { times, cause, dst: undefined },
});

const idOf = (job: string, index: number) => `${job}:${index}`;

function placeOf(id: string): [job: string, index: string] {
  const [job = '', index = ''] = id.split(':');
  return [job, index];
}

/** One after the other: resolves to what ends the turn. */
function openTurns(): () => Promise<() => void> {
  let last = Promise.resolve();
  return async () => {
    const before = last;
    let end = () => {};
    last = new Promise<void>((resolve) => (end = resolve));
    await before;
    return end;
  };
}

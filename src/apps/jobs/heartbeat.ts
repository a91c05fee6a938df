import { hostname } from 'node:os';
import { performance } from 'node:perf_hooks';
import type { Outcome } from '../../contract/job.js';
import { pixelsOf } from '../../flow/summary.js';
import type { OpenQueue } from './redis/queue.js';

/** What a worker says of itself. */
export interface WorkerState {
  readonly id: string;
  readonly host: string;
  readonly pid: number;
  readonly threads: number;
  /** ISO 8601. */
  readonly startedAt: string;
  /** Shards in its hands. */
  readonly shards: number;
  /** Images ended, and pixels of sources upscaled, since it started. */
  readonly images: number;
  readonly pixels: number;
  /** Over the last 30 s, or since it started. */
  readonly imagesPerSecond: number;
  readonly mpxPerSecond: number;
}

export interface Heartbeat {
  add(outcome: Outcome): void;
  shards: number;
  close(): Promise<void>;
}

const EVERY_MS = 1000;
/** So long after its last sign of life a worker counts as gone. */
const GONE_AFTER_MS = 15_000;
const WINDOW_MS = 30_000;

interface Mark {
  readonly atMs: number;
  readonly images: number;
  readonly pixels: number;
}

/** Tells Redis every second how a worker gets on. */
export function openHeartbeat(open: OpenQueue, id: string, threads: number): Heartbeat {
  const { connection, keys } = open;
  const startedAt = new Date().toISOString();
  let [images, pixels] = [0, 0];
  const marks: Mark[] = [{ atMs: performance.now(), images, pixels }];
  let beating = false;

  const heart = {
    shards: 0,
    add: (outcome: Outcome) => {
      if (outcome.status === 'cancelled') return;
      images += 1;
      if (outcome.status === 'done') pixels += pixelsOf(outcome);
    },
    async close() {
      clearInterval(timer);
      if (connection.client.status !== 'ready') return;
      await connection.client.multi().srem(keys.workers, id).del(keys.worker(id)).exec();
    },
  };
  // a beat that is lost is followed by another
  const tick = () => {
    beat().catch(() => undefined);
  };
  const timer = setInterval(tick, EVERY_MS);
  tick();
  return heart;

  async function beat(): Promise<void> {
    // what waits for Redis would come all at once
    if (beating || connection.client.status !== 'ready') return;
    beating = true;
    const state = JSON.stringify(stateNow());
    await connection.client
      .multi()
      .sadd(keys.workers, id)
      .set(keys.worker(id), state, 'PX', GONE_AFTER_MS)
      .exec()
      .catch(() => undefined);
    beating = false;
  }

  function stateNow(): WorkerState {
    const now = performance.now();
    marks.push({ atMs: now, images, pixels });
    while (marks.length > 2 && (marks[1]?.atMs ?? now) < now - WINDOW_MS) marks.shift();
    const since = marks[0] ?? { atMs: now, images, pixels };
    const seconds = Math.max(0.001, (now - since.atMs) / 1000);
    return {
      id,
      host: hostname(),
      pid: process.pid,
      threads,
      startedAt,
      shards: heart.shards,
      images,
      pixels,
      imagesPerSecond: (images - since.images) / seconds,
      mpxPerSecond: (pixels - since.pixels) / 1e6 / seconds,
    };
  }
}

/** The workers that are alive. */
export async function workersOf({ connection, keys }: OpenQueue): Promise<WorkerState[]> {
  const { client } = connection;
  const ids = await client.smembers(keys.workers);
  if (ids.length === 0) return [];
  const texts = await client.mget(ids.map((id) => keys.worker(id)));
  const gone = ids.filter((_, i) => texts[i] === null);
  if (gone.length > 0) await client.srem(keys.workers, ...gone);
  return texts.flatMap((text) => (text === null ? [] : [JSON.parse(text) as WorkerState]));
}

import { setTimeout as pause } from 'node:timers/promises';
import type { Worker } from 'bullmq';

const LOOK_AGAIN_MS = 20;
/** A job that was on its way to this worker comes within it. */
const ON_ITS_WAY_MS = 100;
/** Telling Redis how the last shard ended takes a few milliseconds. */
const TELLING_MS = 3000;

/**
 * Takes no new job, waits for those in hand, and closes the worker. BullMQ's own waiting would never end where a
 * connection is not there just then: it waits for the word that it has ended, which one that is waiting to be made
 * again does not give. What could not be told to Redis is found by the next worker that takes up the shard.
 * @param inHand what is computed
 * @param untold what was begun, while Redis does not know how it ended
 */
export async function closeWorker(
  worker: Worker,
  inHand: ReadonlyMap<string, unknown>,
  untold: ReadonlySet<string>,
): Promise<void> {
  await worker.pause(true);
  await until(() => !worker.isRunning(), ON_ITS_WAY_MS);
  await until(() => inHand.size === 0, Infinity);
  await until(() => untold.size === 0, TELLING_MS);
  await worker.close(true);
}

async function until(holds: () => boolean, mostMs: number): Promise<void> {
  const endMs = performance.now() + mostMs;
  while (!holds() && performance.now() < endMs) await pause(LOOK_AGAIN_MS);
}

import { setTimeout as pause } from 'node:timers/promises';
import { SrganError } from '../../system/errors.js';
import { workersOf } from './heartbeat.js';
import type { OpenQueue } from './redis/queue.js';

const LOOK_AGAIN_MS = 250;

/**
 * Has all workers take no new shard, and waits until those in hand have ended. The queue stays held until `release`.
 * @param onWait called with the shards in hand, where that number has changed
 * @throws SrganError E_QUEUE where shards are in the hands of workers that are gone
 */
export async function drain(
  open: OpenQueue,
  signal: AbortSignal,
  onWait: (active: number) => void,
): Promise<void> {
  await open.queue.pause();
  let before = 0;
  while (!signal.aborted) {
    const active = await open.queue.getActiveCount();
    if (active === 0) return;
    if ((await workersOf(open)).length === 0) {
      const what = active === 1 ? 'A shard is' : `${active} shards are`;
      throw new SrganError('E_QUEUE', `${what} in the hands of workers that are gone.`, {
        hint: 'The next worker that starts gives them back to the queue, which is held now.',
      });
    }
    if (active !== before) onWait(active);
    before = active;
    await pause(LOOK_AGAIN_MS, undefined, { signal }).catch(() => undefined);
  }
}

export async function release(open: OpenQueue): Promise<void> {
  await open.queue.resume();
}

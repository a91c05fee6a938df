import { setTimeout as pause } from 'node:timers/promises';
import type { OpenQueue } from './queue.js';

const LOOK_AGAIN_MS = 250;

/** Ends when no job waits or is in anybody's hand; or when the queue is held, or `signal` aborts. */
export async function whenEmpty({ queue }: OpenQueue, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const { waiting = 0, delayed = 0, active = 0 } = await queue.getJobCounts('waiting', 'delayed', 'active');
    if (waiting + delayed + active === 0) return;
    if (active === 0 && (await queue.isPaused())) return;
    await pause(LOOK_AGAIN_MS, undefined, { signal }).catch(() => undefined);
  }
}

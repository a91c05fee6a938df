import { setTimeout as pause } from 'node:timers/promises';
import type { OpenQueue } from './queue.js';

const LOOK_AGAIN_MS = 250;
/** Error replies in a row, such as LOADING or BUSY, that are waited out: a minute's worth. */
const MAX_ERRORS = 240;

/**
 * Resolves when no job is waiting or in progress, when the queue is paused, or when `signal` aborts.
 * @param pauseMs replaced in tests
 * @throws the error that Redis keeps answering with
 */
export async function whenEmpty(
  { queue }: Pick<OpenQueue, 'queue'>,
  signal: AbortSignal,
  pauseMs = LOOK_AGAIN_MS,
): Promise<void> {
  for (let errors = 0; !signal.aborted;) {
    try {
      const {
        waiting = 0,
        delayed = 0,
        active = 0,
      } = await queue.getJobCounts('waiting', 'delayed', 'active');
      if (waiting + delayed + active === 0) return;
      if (active === 0 && (await queue.isPaused())) return;
      errors = 0;
    } catch (error) {
      errors += 1;
      if (errors >= MAX_ERRORS) throw error;
    }
    await pause(pauseMs, undefined, { signal }).catch(() => undefined);
  }
}

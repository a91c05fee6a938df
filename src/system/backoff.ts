import { setTimeout as pause } from 'node:timers/promises';

const FIRST_WAIT_MS = 250;
const MAX_WAIT_MS = 30_000;

export interface RetryOptions {
  /** Further attempts after the first one. */
  readonly retries: number;
  /** Returns whether the work may succeed later. */
  readonly isTransient: (error: unknown) => boolean;
  /** The wait before the second attempt; it doubles with each further one, up to 30 s. 250 by default. */
  readonly firstWaitMs?: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Repeats `work` until it succeeds.
 * @throws the error of `work` if it is not transient, or of the last attempt
 */
export async function retry<T>(
  work: () => Promise<T>,
  { retries, isTransient, firstWaitMs = FIRST_WAIT_MS, signal }: RetryOptions,
): Promise<T> {
  for (let failures = 0; ; failures++) {
    try {
      return await work();
    } catch (error) {
      if (failures >= retries || signal?.aborted || !isTransient(error)) throw error;
    }
    await pause(backoffMs(failures, firstWaitMs), undefined, { signal });
  }
}

/** Returns the wait after `failures` earlier failures: it doubles each time, up to 30 s. */
export function backoffMs(failures: number, firstWaitMs: number): number {
  return Math.min(MAX_WAIT_MS, firstWaitMs * 2 ** failures);
}

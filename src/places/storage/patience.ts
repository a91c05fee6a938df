import { setTimeout as pause } from 'node:timers/promises';
import { storageMayRecover } from './storage-failures.js';

const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 30_000;

export interface Patience {
  /** So often a request that may pass is made again, after waits that double. */
  readonly retries: number;
  readonly signal?: AbortSignal | undefined;
  /** Otherwise what the storage itself may recover from. */
  readonly mayPass?: (error: unknown) => boolean;
}

/** What `ask` gives, once it does; throws what it throws where that will not pass, or for good. */
export async function patiently<T>(
  ask: () => Promise<T>,
  { retries, signal, mayPass = storageMayRecover }: Patience,
): Promise<T> {
  for (let tries = 0; ; tries++) {
    try {
      return await ask();
    } catch (error) {
      if (tries >= retries || signal?.aborted || !mayPass(error)) throw error;
    }
    await pause(Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** tries), undefined, { signal });
  }
}

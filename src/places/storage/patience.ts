import { setTimeout as pause } from 'node:timers/promises';
import { SrganError, systemCode } from '../../system/errors.js';
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

/** What a system may refuse now and give a moment later; whatever else it says will be said again. */
const PASSING = new Set(['EAGAIN', 'EMFILE', 'ENFILE', 'EIO', 'EBUSY', 'ETIMEDOUT', 'ESTALE']);

/**
 * Whether the same work may succeed later: by what the system or a storage said, anywhere among the causes, or a
 * worker that died.
 */
export function mayPass(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof SrganError && cause.code === 'E_WORKER_LOST') return true;
    if (PASSING.has(systemCode(cause) ?? '') || storageMayRecover(cause)) return true;
  }
  return false;
}

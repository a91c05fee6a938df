import { SrganError } from '../errors.js';

/** @throws SrganError E_CANCELLED where the run was told to stop */
export function throwIfCancelled(signal: AbortSignal, path: string): void {
  if (signal.aborted) throw cancelled(path, signal.reason);
}

export function cancelled(path: string, cause: unknown): SrganError {
  return new SrganError('E_CANCELLED', `${path}: was interrupted.`, { cause });
}

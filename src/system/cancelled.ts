import { SrganError } from './errors.js';

/** @throws SrganError E_CANCELLED where the run was told to stop */
export function throwIfCancelled(signal: AbortSignal, path: string): void {
  if (signal.aborted) throw cancelled(path, signal.reason);
}

export function cancelled(path: string, cause: unknown): SrganError {
  return new SrganError('E_CANCELLED', `${path}: was interrupted.`, { cause });
}

/** What failed while this file was worked on, with its name in front. */
export function named(path: string, error: unknown): unknown {
  if (!(error instanceof SrganError)) return error;
  const { code, message, cause, hint } = error;
  if (code === 'E_CANCELLED') return cancelled(path, cause);
  // these name the output
  if (code === 'E_NOSPC' || code === 'E_WRITE') return error;
  return new SrganError(code, `${path}: ${message}`, { cause, hint });
}

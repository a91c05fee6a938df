import { SrganError } from './errors.js';
import { setMaxListeners } from 'node:events';

/** @throws SrganError E_CANCELLED if `signal` is aborted */
export function throwIfCancelled(signal: AbortSignal, path: string): void {
  if (signal.aborted) throw cancelled(path, signal.reason);
}

export function cancelled(path: string, cause: unknown): SrganError {
  return new SrganError('E_CANCELLED', `${path}: was interrupted.`, { cause });
}

/** Puts the path of the file being processed in front of the error's message. */
export function prefixWithPath(path: string, error: unknown): unknown {
  if (!(error instanceof SrganError)) return error;
  const { code, message, cause, hint } = error;
  if (code === 'E_CANCELLED') return cancelled(path, cause);
  // these already name the output
  if (code === 'E_NOSPC' || code === 'E_WRITE') return error;
  return new SrganError(code, `${path}: ${message}`, { cause, hint });
}

export const timeLimitError = (sentence: string): SrganError =>
  new SrganError('E_TIME_LIMIT', sentence, { hint: 'Raise it with --time-limit.' });

/**
 * Returns a signal that aborts with the run, or after `seconds` with the error from `late`.
 * @returns `end` releases the timer and the listener
 */
export function openDeadline(
  run: AbortSignal,
  seconds: number,
  late: () => SrganError,
): { readonly signal: AbortSignal; readonly end: () => void } {
  const stop = new AbortController();
  const stopWithRun = () => stop.abort(run.reason);
  const timer = setTimeout(() => stop.abort(late()), 1000 * seconds);
  timer.unref();
  // AbortSignal.any would leak: its signals stay attached to the long-lived one
  setMaxListeners(0, run);
  run.addEventListener('abort', stopWithRun);
  if (run.aborted) stopWithRun();
  return {
    signal: stop.signal,
    end() {
      clearTimeout(timer);
      run.removeEventListener('abort', stopWithRun);
    },
  };
}

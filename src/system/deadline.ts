import { setMaxListeners } from 'node:events';
import { SrganError } from './errors.js';

export const tooLate = (sentence: string): SrganError =>
  new SrganError('E_TIME_LIMIT', sentence, { hint: 'Raise it with --time-limit.' });

/**
 * Aborted when the time is over, for the reason that `late` gives, or with the run.
 * @returns `end`, to be called when nobody listens any more
 */
export function stopAfter(
  run: AbortSignal,
  seconds: number,
  late: () => SrganError,
): { readonly signal: AbortSignal; readonly end: () => void } {
  const stop = new AbortController();
  const stopWithRun = () => stop.abort(run.reason);
  const timer = setTimeout(() => stop.abort(late()), 1000 * seconds);
  timer.unref();
  // by hand, since what AbortSignal.any joins to a signal that lives on, stays with it
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

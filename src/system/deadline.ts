import { setMaxListeners } from 'node:events';
import { SrganError } from './errors.js';
import type { Run } from '../contract/run.js';
import type { Ticket } from '../flow/stages/stage.js';

/**
 * From now on the image may take so long, and is told to stop when that is over or the run is stopped; what is
 * running in native code is waited for.
 */
export function beginTime(ticket: Ticket, seconds: number, run: AbortSignal): void {
  const { signal, end } = stopAfter(run, seconds, () => {
    ticket.late = tooLate(`${ticket.source.path}: was given up after ${seconds} s, the limit for one image.`);
    return ticket.late;
  });
  ticket.stop = signal;
  ticket.defer(end);
}

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

/** The run as this image sees it. */
export function within<R extends Pick<Run, 'signal'>>(run: R, { stop }: Pick<Ticket, 'stop'>): R {
  return stop ? { ...run, signal: stop } : run;
}

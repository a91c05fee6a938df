import { openDeadline, timeLimitError } from '../../system/cancellation.js';
import type { Run } from '../run.js';
import type { Ticket } from '../ticket.js';

/**
 * From now on the image may take so long, and is told to stop when that is over or the run is stopped; what is
 * running in native code is waited for.
 */
export function beginTime(ticket: Ticket, seconds: number, run: AbortSignal): void {
  const { signal, end } = openDeadline(run, seconds, () => {
    ticket.late = timeLimitError(
      `${ticket.source.path}: was given up after ${seconds} s, the limit for one image.`,
    );
    return ticket.late;
  });
  ticket.stop = signal;
  ticket.defer(end);
}

/** The run as this image sees it. */
export function within<R extends Pick<Run, 'signal'>>(run: R, { stop }: Pick<Ticket, 'stop'>): R {
  return stop ? { ...run, signal: stop } : run;
}

import { openTicket, publish, type Flight, type Ticket, inItsName } from '../ticket.js';
import { performance } from 'node:perf_hooks';
import { type SrganError, asSrganError, type ErrorCode } from '../../system/errors.js';
import type { Source, StageName } from '../../contract/job.js';
import { openDeadline, timeLimitError } from '../../system/cancellation.js';
import { createBell, openInlet } from '../../system/inlet.js';
import type { Run } from '../run.js';

export type Stage<I, O> = (flights: AsyncIterable<Flight<I>>) => AsyncGenerator<Flight<O>>;

/** Work of a stage on one source; returns undefined after setting `ticket.end`. */
export type Work<I, O> = (value: I, ticket: Ticket) => Promise<O | undefined>;

/**
 * The head of the flow: gives each source of a run its ticket. A source that crashed an earlier process is in flight
 * alone, so that it is known to be the cause if that happens again.
 * @param rules.oneByOne take a source only when the one before has ended
 */
export async function* ticketed(
  sources: AsyncIterable<Source>,
  { oneByOne }: { oneByOne: boolean },
): AsyncGenerator<Flight<Source>> {
  const inFlight = new Set<Promise<void>>();
  for await (const source of sources) {
    const alone = oneByOne || source.crashed !== undefined;
    if (alone) await Promise.all(inFlight);
    const ticket = openTicket(source);
    const ended = new Promise<void>((resolve) => {
      ticket.defer(() => {
        inFlight.delete(ended);
        resolve();
      });
    });
    inFlight.add(ended);
    yield { ticket, value: source };
    if (alone) await ended;
  }
}

/**
 * Runs `work` on up to `concurrency` sources at a time and yields each as it finishes. A source is pulled only when a
 * slot is free, and a finished one keeps its slot until it is taken: this is the backpressure. Free slots are filled
 * ahead of demand, so that results are ready when they are wanted.
 */
export function stage<I, O>(
  name: StageName,
  concurrency: number,
  fallback: ErrorCode,
  refusal: (ticket: Ticket) => SrganError | undefined,
  work: Work<I, O>,
): Stage<I, O> {
  return async function* (flights) {
    const working = new Set<Promise<void>>();
    const finished: Flight<O>[] = [];
    let left = false;
    const bell = createBell();
    const input = openInlet(flights, {
      wanted: () => working.size + finished.length < concurrency,
      onItem: (flight) => (left ? flight.ticket.release() : begin(flight)),
      onChange: bell.ring,
    });
    const begin = (flight: Flight<I>) => {
      const task = advance(flight).then((next) => {
        working.delete(task);
        if (left) next.ticket.release();
        else finished.push(next);
        bell.ring();
      });
      working.add(task);
    };

    try {
      for (;;) {
        const next = finished.shift();
        input.fill();
        if (next) yield next;
        else if (input.pending || working.size > 0) await bell.rung();
        else break;
      }
      if (input.failure) {
        throw asSrganError(input.failure.cause, 'E_INTERNAL', `${name}: its sources ended unexpectedly.`);
      }
    } finally {
      left = true;
      // when the flow breaks off, others may wait for what these hold
      for (const { ticket } of finished) ticket.release();
      await Promise.all(working);
      await input.close();
    }
  };

  async function advance({ ticket, value }: Flight<I>): Promise<Flight<O>> {
    if (ticket.end || value === undefined) return { ticket };
    const startMs = performance.now();
    try {
      const refused = refusal(ticket);
      if (refused) throw refused;
      publish(name, 'begin', ticket.source.index);
      const product = await work(value, ticket);
      return product === undefined ? { ticket } : { ticket, value: product };
    } catch (cause) {
      const failed = asSrganError(cause, fallback, `${ticket.source.path}: ${name} failed unexpectedly.`);
      const failure = inItsName(failed, ticket);
      // whatever failed after it was told to stop was stopped
      const error = failure.code === 'E_CANCELLED' ? (refusal(ticket) ?? failure) : failure;
      ticket.end = { status: error.code === 'E_CANCELLED' ? 'cancelled' : 'failed', error };
      return { ticket };
    } finally {
      ticket.ms[name] = performance.now() - startMs;
      publish(name, 'end', ticket.source.index);
      if (ticket.end) ticket.release();
    }
  }
}

/**
 * Starts the time limit of an image: it is told to stop when the time is over or the run is stopped. Native code that
 * is running is awaited.
 */
export function startTimeLimit(ticket: Ticket, seconds: number, run: AbortSignal): void {
  const { signal, end } = openDeadline(run, seconds, () => {
    ticket.late = timeLimitError(
      `${ticket.source.path}: was given up after ${seconds} s, the limit for one image.`,
    );
    return ticket.late;
  });
  ticket.stop = signal;
  ticket.defer(end);
}

/** The run with the abort signal of this image. */
export function withImageSignal<R extends Pick<Run, 'signal'>>(run: R, { stop }: Pick<Ticket, 'stop'>): R {
  return stop ? { ...run, signal: stop } : run;
}

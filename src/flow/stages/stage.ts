import { openTicket, publish, type Flight, type Ticket, inItsName } from '../ticket.js';
import { performance } from 'node:perf_hooks';
import { type SrganError, asSrganError, type ErrorCode } from '../../system/errors.js';
import type { Source, StageName } from '../../contract/job.js';

export type Stage<I, O> = (flights: AsyncIterable<Flight<I>>) => AsyncGenerator<Flight<O>>;

/** Work of a stage on one source; without a value it has set `ticket.end`. */
export type Work<I, O> = (value: I, ticket: Ticket) => Promise<O | undefined>;

/**
 * The sources of a run, each with its ticket: the head of the flow. One with which a process died before is in
 * flight alone, so that it is known what to blame if that happens again.
 * @param rules.oneByOne a source is asked for only when the one before has ended
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
 * Runs `work` on up to `concurrency` sources at a time and hands each on as it finishes. A source is pulled
 * only when a place is free, and a finished one keeps its place until it is asked for: this is the
 * backpressure. Free places are filled whether anybody asks or not, so that work is ready when it is wanted.
 */
export function stage<I, O>(
  name: StageName,
  concurrency: number,
  fallback: ErrorCode,
  refusal: (ticket: Ticket) => SrganError | undefined,
  work: Work<I, O>,
): Stage<I, O> {
  return async function* (flights) {
    const sources = flights[Symbol.asyncIterator]();
    const working = new Set<Promise<void>>();
    const finished: Flight<O>[] = [];
    let pull: Promise<void> | undefined;
    let upstream: { ended: boolean; failure?: SrganError } = { ended: false };
    let left = false;
    let wake = () => {};

    const fill = () => {
      if (pull || upstream.ended || working.size + finished.length >= concurrency) return;
      pull = sources.next().then(
        (result) => {
          pull = undefined;
          if (result.done) upstream = { ended: true };
          else if (left) result.value.ticket.release();
          else begin(result.value);
          fill();
          wake();
        },
        (cause: unknown) => {
          pull = undefined;
          upstream = {
            ended: true,
            failure: asSrganError(cause, 'E_INTERNAL', `${name}: its sources ended unexpectedly.`),
          };
          wake();
        },
      );
    };
    const begin = (flight: Flight<I>) => {
      const task = advance(flight).then((next) => {
        working.delete(task);
        if (left) next.ticket.release();
        else finished.push(next);
        wake();
      });
      working.add(task);
    };

    try {
      for (;;) {
        const next = finished.shift();
        fill();
        if (next) yield next;
        else if (pull || working.size > 0) await new Promise<void>((resolve) => (wake = resolve));
        else break;
      }
      if (upstream.failure) throw upstream.failure;
    } finally {
      upstream = { ended: true };
      left = true;
      // where the flow breaks off, others may wait for what these hold
      for (const { ticket } of finished) ticket.release();
      await Promise.all(working);
      await sources.return?.();
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
      // what was told to stop says so, whatever for
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

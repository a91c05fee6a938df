import { isBrokenList } from '../../places/find/draft.js';
import type { Source } from '../../contract/job.js';
import { backoffMs } from '../../system/backoff.js';
import { isTransient } from '../../places/storage/storage-failures.js';
import type { Ticket } from '../ticket.js';

const FIRST_WAIT_MS = 500;

/** Retries sources after transient failures, from the beginning and behind the sources that are ready. */
export interface Retries {
  /** Yields the sources that are found, and in between those that are retried; ends when no more can come. */
  sources(found: AsyncIterable<Source>): AsyncGenerator<Source>;
  /** Called for each source that has ended; returns whether it is retried, so that this end is not reported. */
  takeBack(ticket: Ticket): boolean;
  /** Ends `sources`, whatever is still in flight. */
  close(): void;
}

/**
 * @param most retries per source, with growing delays that hold up nothing else
 * @param drain ends all delays at once; nothing is retried after it
 */
export function openRetries(most: number, drain: AbortSignal, firstWaitMs = FIRST_WAIT_MS): Retries {
  const ready: Source[] = [];
  const waits = new Map<NodeJS.Timeout, Source>();
  let inFlight = 0;
  let closed = false;
  let wake = () => {};

  const comes = (timer: NodeJS.Timeout) => {
    const source = waits.get(timer);
    waits.delete(timer);
    clearTimeout(timer);
    if (source) ready.push(source);
    wake();
  };
  const comesAtOnce = () => [...waits.keys()].forEach(comes);

  return {
    async *sources(found) {
      const upstream = found[Symbol.asyncIterator]();
      let pull: Promise<void> | undefined;
      let pulled: IteratorResult<Source> | undefined;
      let failure: { cause: unknown } | undefined;
      drain.addEventListener('abort', comesAtOnce);
      try {
        while (!closed) {
          const again = ready.shift();
          const next = again ?? (pulled?.done ? undefined : pulled?.value);
          if (!again && next) pulled = undefined;
          if (failure) throw failure.cause;
          if (next) {
            inFlight += 1;
            yield next;
            continue;
          }
          if (pulled?.done && inFlight === 0 && waits.size === 0) return;
          if (!pulled)
            pull ??= upstream.next().then(
              (result) => {
                pull = undefined;
                pulled = result;
                wake();
              },
              (cause: unknown) => {
                failure = { cause };
                wake();
              },
            );
          await new Promise<void>((resolve) => (wake = resolve));
        }
      } finally {
        drain.removeEventListener('abort', comesAtOnce);
        waits.forEach((_, timer) => clearTimeout(timer));
        const ended = upstream.return?.();
        // the awaited source may never come
        if (pull) ended?.catch(() => undefined);
        else await ended;
      }
    },
    takeBack({ source, end, claimed, published }) {
      inFlight -= 1;
      const tries = (source.again?.tries ?? 1) + 1;
      const isFinal = source.crashed !== undefined || isBrokenList(source);
      const failed = end?.status === 'failed' && !isFinal && isTransient(end.error);
      if (failed && tries <= most + 1 && !drain.aborted) {
        const timer: NodeJS.Timeout = setTimeout(() => comes(timer), backoffMs(tries - 2, firstWaitMs));
        waits.set(timer, { ...source, again: { tries, claimed, dst: published ?? source.again?.dst } });
        return true;
      }
      wake();
      return false;
    },
    close() {
      closed = true;
      wake();
    },
  };
}

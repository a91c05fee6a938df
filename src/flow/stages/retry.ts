import { isBrokenList } from '../../places/find/draft.js';
import type { Source } from '../../contract/job.js';
import { backoffMs } from '../../system/backoff.js';
import { isTransient } from '../../places/storage/storage-failures.js';
import type { Ticket } from '../ticket.js';

const FIRST_WAIT_MS = 500;

/** Sources that failed for a reason that may pass come again from the beginning, after those that are ready. */
export interface Retries {
  /** What is found, and in between what comes again. It ends when nothing can come any more. */
  sources(found: AsyncIterable<Source>): AsyncGenerator<Source>;
  /** To be asked of each source that has ended: whether it comes again, so that this end is not to be told. */
  takeBack(ticket: Ticket): boolean;
  /** Nobody will ask any more: what comes from `sources` ends, whatever is in flight. */
  close(): void;
}

/**
 * @param most times that a source may come again; it waits longer each time, and nothing else waits for it
 * @param drain ends all waits at once, and nothing is taken back any more
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
        // what it waits for may never come
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

import { isBrokenList } from '../../places/find/draft.js';
import type { Source } from '../../contract/job.js';
import { createBell, openInlet } from '../../system/inlet.js';
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
  const bell = createBell();

  const comes = (timer: NodeJS.Timeout) => {
    const source = waits.get(timer);
    waits.delete(timer);
    clearTimeout(timer);
    if (source) ready.push(source);
    bell.ring();
  };
  const comesAtOnce = () => [...waits.keys()].forEach(comes);

  return {
    async *sources(found) {
      let pulled: Source | undefined;
      const input = openInlet(found, {
        wanted: () => pulled === undefined && ready.length === 0 && !closed,
        onItem: (source) => (pulled = source),
        onChange: bell.ring,
      });
      drain.addEventListener('abort', comesAtOnce);
      try {
        while (!closed) {
          let next = ready.shift();
          if (!next) [next, pulled] = [pulled, undefined];
          if (input.failure) throw input.failure.cause;
          if (next) {
            inFlight += 1;
            yield next;
            continue;
          }
          if (input.ended && inFlight === 0 && waits.size === 0) return;
          input.fill();
          await bell.rung();
        }
      } finally {
        drain.removeEventListener('abort', comesAtOnce);
        waits.forEach((_, timer) => clearTimeout(timer));
        await input.leave();
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
      bell.ring();
      return false;
    },
    close() {
      closed = true;
      bell.ring();
    },
  };
}

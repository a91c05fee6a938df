import { ServiceError } from './answer.js';

/**
 * Places for images in the flow, given to clients in turn. An image is admitted first, which counts against the
 * bound of the queue, and later asks for a place; so a job of a thousand images is one decision.
 */
export interface FairQueue {
  /**
   * @param force for work that was accepted before, such as that of an earlier process
   * @throws ServiceError 429 where the queue, or this client's share of it, is full
   */
  admit(client: string, images: number, options?: { force?: boolean }): Admission;
  readonly waiting: number;
  readonly active: number;
  /** Seconds after which it makes sense to come again. */
  readonly retryAfterS: number;
}

export interface Admission {
  /**
   * Waits for the client's turn.
   * @returns what gives the place back
   * @throws the signal's reason
   */
  take(signal: AbortSignal): Promise<() => void>;
  /** Gives up what has not been taken. */
  leave(): void;
}

export interface QueueBounds {
  /** Images in the flow at a time. */
  readonly places: number;
  /** Images admitted that wait for a place, of all clients. */
  readonly maxWaiting: number;
}

interface Waiter {
  start(): void;
}

/** While others are there, a client may fill this share of the queue. */
const SHARE = 0.5;

export function openFairQueue({ places, maxWaiting }: QueueBounds): FairQueue {
  /** Clients that wait for places; a map keeps the order in which they have their turn. */
  const lines = new Map<string, Waiter[]>();
  /** Images admitted and not yet taken, by client. */
  const admitted = new Map<string, number>();
  let waiting = 0;
  let active = 0;
  let meanMs = 200;

  return {
    admit(client, images, { force = false } = {}) {
      const own = admitted.get(client) ?? 0;
      const isAlone = own === waiting;
      const bound = isAlone ? maxWaiting : Math.ceil(maxWaiting * SHARE);
      if (!force && (waiting + images > maxWaiting || own + images > bound)) {
        throw new ServiceError(
          429,
          'E_BUSY',
          'There is more work waiting than can be taken on now.',
          retryAfterS(),
        );
      }
      count(client, images);
      let left = images;
      const useOne = () => {
        if (left === 0) return;
        left -= 1;
        count(client, -1);
      };
      return {
        take: (signal) => take(client, signal, useOne),
        leave() {
          count(client, -left);
          left = 0;
        },
      };
    },
    get waiting() {
      return waiting;
    },
    get active() {
      return active;
    },
    get retryAfterS() {
      return retryAfterS();
    },
  };

  function count(client: string, images: number): void {
    waiting += images;
    const own = (admitted.get(client) ?? 0) + images;
    if (own > 0) admitted.set(client, own);
    else admitted.delete(client);
  }

  function take(client: string, signal: AbortSignal, useOne: () => void): Promise<() => void> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) {
        reject(signal.reason as Error);
        return;
      }
      const line = lines.get(client) ?? [];
      const abort = () => {
        line.splice(line.indexOf(waiter), 1);
        if (line.length === 0) lines.delete(client);
        reject(signal.reason as Error);
      };
      const waiter: Waiter = {
        start() {
          signal.removeEventListener('abort', abort);
          useOne();
          active += 1;
          resolve(placeGiven());
        },
      };
      signal.addEventListener('abort', abort, { once: true });
      line.push(waiter);
      lines.set(client, line);
      dispatch();
    });
  }

  function placeGiven(): () => void {
    const startMs = performance.now();
    let isGiven = true;
    return () => {
      if (!isGiven) return;
      isGiven = false;
      active -= 1;
      meanMs += 0.1 * (performance.now() - startMs - meanMs);
      dispatch();
    };
  }

  function dispatch(): void {
    while (active < places) {
      const [next] = lines;
      if (!next) return;
      const [client, line] = next;
      const waiter = line.shift();
      // to the end, behind all others that wait
      lines.delete(client);
      if (line.length > 0) lines.set(client, line);
      waiter?.start();
    }
  }

  function retryAfterS(): number {
    return Math.min(120, Math.max(1, Math.ceil((waiting * meanMs) / places / 1000)));
  }
}

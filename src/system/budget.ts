/** Limits the memory held by images in flight. Requests are granted in order, so a large image is not starved. */
export interface Budget {
  /** Exceeded only by an image that is alone in flight. */
  readonly totalBytes: number;
  readonly usedBytes: number;
  readonly peakBytes: number;
  /**
   * Waits until `bytes` are free. A request beyond the total waits until it is alone; one beyond the ample amount
   * waits until at most one other image is in flight.
   * @returns a function that gives the bytes back; safe to call twice
   */
  take(bytes: number, signal?: AbortSignal): Promise<() => void>;
}

const MIN_IN_FLIGHT = 2;

/**
 * @param ampleBytes enough to keep the workers busy; beyond it only two images are in flight, one being processed
 *   and one waiting
 */
export function createBudget(totalBytes: number, ampleBytes = totalBytes): Budget {
  let usedBytes = 0;
  let peakBytes = 0;
  let holders = 0;
  const waiting: { bytes: number; grant: () => void }[] = [];

  const fits = (bytes: number) =>
    holders === 0 || usedBytes + bytes <= (holders < MIN_IN_FLIGHT ? totalBytes : ampleBytes);

  const admit = () => {
    for (let first = waiting[0]; first && fits(first.bytes); first = waiting[0]) {
      waiting.shift();
      usedBytes += first.bytes;
      holders += 1;
      peakBytes = Math.max(peakBytes, usedBytes);
      first.grant();
    }
  };

  return {
    totalBytes,
    get usedBytes() {
      return usedBytes;
    },
    get peakBytes() {
      return peakBytes;
    },
    take(bytes, signal) {
      signal?.throwIfAborted();
      return new Promise((resolve, reject) => {
        const entry = {
          bytes,
          grant: () => {
            signal?.removeEventListener('abort', giveUp);
            let held = true;
            resolve(() => {
              if (!held) return;
              held = false;
              usedBytes -= bytes;
              holders -= 1;
              admit();
            });
          },
        };
        const giveUp = () => {
          waiting.splice(waiting.indexOf(entry), 1);
          admit();
          reject(signal?.reason as Error);
        };
        signal?.addEventListener('abort', giveUp, { once: true });
        waiting.push(entry);
        admit();
      });
    },
  };
}

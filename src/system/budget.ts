/** Memory that images in flight may hold. First come, first served, so that a big image is not starved. */
export interface Budget {
  /** Never more than this, but for an image that is alone. */
  readonly totalBytes: number;
  readonly usedBytes: number;
  readonly peakBytes: number;
  /**
   * Waits until `bytes` are free. A request above the total waits until it is alone, one above what is ample
   * until only one other is there.
   * @returns gives the bytes back; safe to call twice
   */
  take(bytes: number, signal?: AbortSignal): Promise<() => void>;
}

const LEAST_IN_FLIGHT = 2;

/**
 * @param ampleBytes with this much in flight the workers have enough to do: past it, two images are, one in
 *   work and one in wait
 */
export function createBudget(totalBytes: number, ampleBytes = totalBytes): Budget {
  let usedBytes = 0;
  let peakBytes = 0;
  let holders = 0;
  const waiting: { bytes: number; grant: () => void }[] = [];

  const fits = (bytes: number) =>
    holders === 0 || usedBytes + bytes <= (holders < LEAST_IN_FLIGHT ? totalBytes : ampleBytes);

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

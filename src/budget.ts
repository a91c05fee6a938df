/** Memory that images in flight may hold. First come, first served, so that a big image is not starved. */
export interface Budget {
  readonly totalBytes: number;
  readonly usedBytes: number;
  readonly peakBytes: number;
  /**
   * Waits until `bytes` are free. A request above the total waits until it is alone.
   * @returns gives the bytes back; safe to call twice
   */
  take(bytes: number, signal?: AbortSignal): Promise<() => void>;
}

export function createBudget(totalBytes: number): Budget {
  let usedBytes = 0;
  let peakBytes = 0;
  const waiting: { bytes: number; grant: () => void }[] = [];

  const fits = (bytes: number) => usedBytes === 0 || usedBytes + bytes <= totalBytes;

  const admit = () => {
    for (let first = waiting[0]; first && fits(first.bytes); first = waiting[0]) {
      waiting.shift();
      usedBytes += first.bytes;
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

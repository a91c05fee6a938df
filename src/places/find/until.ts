/**
 * Passes `items` on until `signal` aborts, then ends at once, even while waiting for the next item.
 * @param letGo called if it ended while waiting; the pending item may never come
 */
export async function* takeUntil<T>(
  items: AsyncIterable<T>,
  signal: AbortSignal,
  letGo: () => void,
): AsyncGenerator<T> {
  const iterator = items[Symbol.asyncIterator]();
  let waiting = false;
  try {
    while (!signal.aborted) {
      waiting = true;
      const result = await unlessAborted(iterator.next(), signal);
      if (result === undefined) return;
      waiting = false;
      if (result.done) return;
      yield result.value;
    }
  } finally {
    const closed = iterator.return?.();
    if (waiting) {
      letGo();
      closed?.catch(() => undefined);
    } else {
      await closed;
    }
  }
}

function unlessAborted<T>(wanted: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const abort = () => resolve(undefined);
    signal.addEventListener('abort', abort, { once: true });
    wanted.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}

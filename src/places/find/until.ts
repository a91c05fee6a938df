/**
 * Passes `items` on until `signal` aborts, then ends at once, even while it waits for the next one.
 * @param letGo called where it ended so; what it waits for may never come
 */
export async function* until<T>(
  items: AsyncIterable<T>,
  signal: AbortSignal,
  letGo: () => void,
): AsyncGenerator<T> {
  const iterator = items[Symbol.asyncIterator]();
  let waiting = false;
  try {
    while (!signal.aborted) {
      waiting = true;
      const result = await orAborted(iterator.next(), signal);
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

function orAborted<T>(wanted: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const abort = () => resolve(undefined);
    signal.addEventListener('abort', abort, { once: true });
    wanted.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}

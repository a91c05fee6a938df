import { createBell, openInlet } from '../../system/inlet.js';

/**
 * Passes `items` on until `signal` aborts, then ends at once, even while waiting for the next item.
 * @param letGo called if it ended while waiting; the pending item may never come
 */
export async function* takeUntil<T>(
  items: AsyncIterable<T>,
  signal: AbortSignal,
  letGo: () => void,
): AsyncGenerator<T> {
  const bell = createBell();
  const came: T[] = [];
  const input = openInlet(items, {
    wanted: () => came.length === 0 && !signal.aborted,
    onItem: (item) => came.push(item),
    onChange: bell.ring,
  });
  signal.addEventListener('abort', bell.ring);
  try {
    while (!signal.aborted) {
      const [item] = came.splice(0);
      if (item !== undefined) yield item;
      else if (input.failure) throw input.failure.cause;
      else if (input.ended) return;
      else {
        input.fill();
        await bell.rung();
      }
    }
  } finally {
    signal.removeEventListener('abort', bell.ring);
    if (input.pending) letGo();
    await input.leave();
  }
}

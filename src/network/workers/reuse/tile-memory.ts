import type { Samples, TileMemory } from '../../../contract/ports.js';

/**
 * Remembers results of tiles, so that what has the same input is not computed again: the tiles of the images before
 * as well as those of the one in hand, whose results come later.
 * @param capBytes of results that are kept; what was looked at least lately is let go first
 */
export function openTileMemory(capBytes: number): TileMemory {
  // in the order in which they were looked at
  const kept = new Map<string, { readonly result: Promise<Samples>; readonly bytes: number }>();
  const stats = { tiles: 0, reused: 0 };
  let heldBytes = 0;

  const drop = (key: string) => {
    heldBytes -= kept.get(key)?.bytes ?? 0;
    kept.delete(key);
  };

  return {
    stats,
    recall(key) {
      stats.tiles += 1;
      const tile = kept.get(key);
      if (!tile) return undefined;
      stats.reused += 1;
      kept.delete(key);
      kept.set(key, tile);
      return tile.result;
    },
    keep(key, bytes) {
      const { promise, resolve, reject } = withResolvers();
      // nobody may wait for it
      promise.catch(() => undefined);
      kept.set(key, { result: promise, bytes });
      heldBytes += bytes;
      for (const oldest of kept.keys()) {
        if (heldBytes <= capBytes) break;
        drop(oldest);
      }
      return {
        done: resolve,
        failed(error) {
          // whoever comes later does it anew
          if (kept.get(key)?.result === promise) drop(key);
          reject(error);
        },
      };
    },
  };
}

function withResolvers() {
  let resolve: (samples: Samples) => void = () => undefined;
  let reject: (error: unknown) => void = () => undefined;
  const promise = new Promise<Samples>((done, failed) => {
    resolve = done;
    reject = failed;
  });
  return { promise, resolve, reject };
}

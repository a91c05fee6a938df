import { SrganError } from '../../system/errors.js';
import type { Buffers } from '../../contract/ports.js';
import v8 from 'node:v8';
import vm from 'node:vm';

const MIN_BYTES = 64 * 1024;

/** Size classes per octave: a buffer is at most an eighth larger than requested. */
const SIZES_PER_OCTAVE = 8;

/**
 * Creates a pool that reuses returned buffers for images of a similar size.
 * @param capBytes maximum total size of idle buffers; the one that was returned first is released first
 */
export function createBuffers(capBytes: number): Buffers {
  const idle: SharedArrayBuffer[] = [];
  const collectAfter = openCollector();
  const lent = new WeakSet<SharedArrayBuffer>();
  let heldBytes = 0;
  let hits = 0;
  let misses = 0;

  return {
    get stats() {
      return { hits, misses, heldBytes };
    },
    take(bytes) {
      const size = sizeClass(bytes);
      const at = idle.findLastIndex(({ byteLength }) => byteLength === size);
      const [held] = at < 0 ? [] : idle.splice(at, 1);
      if (held) {
        hits += 1;
        heldBytes -= size;
      } else {
        misses += 1;
      }
      const buffer = held ?? allocate(size);
      lent.add(buffer);
      return buffer;
    },
    give(buffer) {
      if (!lent.delete(buffer)) {
        throw new SrganError('E_INTERNAL', 'A pixel buffer was returned twice or was never taken.');
      }
      idle.push(buffer);
      heldBytes += buffer.byteLength;
      let releasedBytes = 0;
      while (heldBytes > capBytes) {
        const size = idle.shift()?.byteLength ?? heldBytes;
        heldBytes -= size;
        releasedBytes += size;
      }
      collectAfter(releasedBytes);
    },
  };
}

/** Returns the size of the buffer that a request for `bytes` gets. */
export function sizeClass(bytes: number): number {
  if (bytes <= MIN_BYTES) return MIN_BYTES;
  const step = 2 ** Math.floor(Math.log2(bytes)) / SIZES_PER_OCTAVE;
  return Math.ceil(bytes / step) * step;
}

function allocate(bytes: number): SharedArrayBuffer {
  try {
    return new SharedArrayBuffer(bytes);
  } catch (cause) {
    throw new SrganError('E_TOO_LARGE', `Could not allocate ${Math.ceil(bytes / 2 ** 20)} MiB for pixels.`, {
      cause,
    });
  }
}

/** A collection takes about 5 to 30 ms; this much is allocated within seconds. */
const DUE_BYTES = 128 * 2 ** 20;

/**
 * Returns a function that collects garbage in this thread once enough shared memory has been released. V8
 * does not count shared memory towards garbage collection, and every thread that has seen a buffer holds it
 * until its own collection: twenty images of 12 megapixels held 3.5 GB.
 */
export function openCollector(): (releasedBytes: number) => void {
  let dueBytes = 0;
  let collect: (() => void) | undefined;
  return (releasedBytes) => {
    dueBytes += releasedBytes;
    if (dueBytes < DUE_BYTES) return;
    dueBytes = 0;
    collect ??= garbageCollector();
    collect();
  };
}

function garbageCollector(): () => void {
  v8.setFlagsFromString('--expose-gc');
  return vm.runInNewContext('gc') as () => void;
}

import { SrganError } from '../../system/errors.js';
import type { Buffers } from '../../contract/ports.js';
import { openCollector } from './collect.js';

const MIN_BYTES = 64 * 1024;

/** Sizes between one power of two and the next: a buffer is at most an eighth larger than asked for. */
const SIZES_PER_OCTAVE = 8;

/**
 * Keeps buffers that were given back for the next image of a similar size.
 * @param capBytes held for that at most; what was given back first is let go first
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
        throw new SrganError('E_INTERNAL', 'A pixel buffer was given back twice, or was never lent.');
      }
      idle.push(buffer);
      heldBytes += buffer.byteLength;
      let letGoBytes = 0;
      while (heldBytes > capBytes) {
        const size = idle.shift()?.byteLength ?? heldBytes;
        heldBytes -= size;
        letGoBytes += size;
      }
      collectAfter(letGoBytes);
    },
  };
}

/** The size that is lent where `bytes` are asked for. */
export function sizeClass(bytes: number): number {
  if (bytes <= MIN_BYTES) return MIN_BYTES;
  const step = 2 ** Math.floor(Math.log2(bytes)) / SIZES_PER_OCTAVE;
  return Math.ceil(bytes / step) * step;
}

function allocate(bytes: number): SharedArrayBuffer {
  try {
    return new SharedArrayBuffer(bytes);
  } catch (cause) {
    throw new SrganError('E_TOO_LARGE', `There is no room for ${Math.ceil(bytes / 2 ** 20)} MiB of pixels.`, {
      cause,
    });
  }
}

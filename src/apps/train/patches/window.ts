import type { PlannedPicture } from '../training-pictures.js';
import { seededRandom } from '../random.js';

/** Pictures in memory before the first patch is cut, and how many come with each chunk until memory is full. */
const AT_FIRST = 24;
const PER_CHUNK = 4;

/**
 * Which pictures are in memory when a chunk of patches is cut. It depends on nothing but the seed, the pictures and
 * the chunk's number, so that a resumed training sees what an uninterrupted one sees. More pictures than fit take
 * turns: with each chunk the oldest ones leave.
 */
export function openWindow(pictures: readonly PlannedPicture[], maxBytes: number, seed: number) {
  const order = shuffled(pictures.length, seed);
  const bytes = order.map((index) => bytesOf(pictures[index]));
  const fits = bytes.reduce((sum, each) => sum + each, 0) <= maxBytes;

  /** Numbers of the pictures, in the order in which they came. */
  return (chunk: number): number[] => {
    const count = order.length;
    const end = AT_FIRST + PER_CHUNK * chunk;
    if (fits) return order.slice(0, Math.min(count, end));
    const held: number[] = [];
    let sum = 0;
    for (let at = end - 1; at >= Math.max(0, end - count); at--) {
      sum += bytes[at % count] ?? 0;
      if (sum > maxBytes && held.length > 0) break;
      held.push(order[at % count] ?? 0);
    }
    return held.reverse();
  };
}

export function bytesOf(picture: PlannedPicture | undefined): number {
  return picture ? picture.widthPx * picture.heightPx * 3 : 0;
}

function shuffled(count: number, seed: number): number[] {
  const random = seededRandom(seed, 1);
  const order = Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const j = random.below(i + 1);
    [order[i], order[j]] = [order[j] ?? 0, order[i] ?? 0];
  }
  return order;
}

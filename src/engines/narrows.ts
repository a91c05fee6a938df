import { edgeNames, positionsOff } from '../graph/narrowing.js';
import type { Sides } from '../tiles/sides.js';
import type { Narrows } from './engine.js';

const END_OF_AXIS = 2n ** 31n - 1n;

/** The inputs that tell a model where its tensors end: rows, columns. */
export function edgesOf({ narrowings }: Narrows, halo: Sides<number>): Record<string, BigInt64Array> {
  return Object.fromEntries(
    narrowings.flatMap((narrowing) => {
      const { starts, ends } = edgeNames(narrowing);
      const off = (side: keyof Sides<number>) => BigInt(positionsOff(narrowing, halo[side]));
      const end = (positions: bigint) => (positions === 0n ? END_OF_AXIS : -positions);
      return [
        [starts, BigInt64Array.of(off('top'), off('left'))],
        [ends, BigInt64Array.of(end(off('bottom')), end(off('right')))],
      ];
    }),
  );
}

/** Input pixels of the halo that the result lacks. */
export function lackOf({ endPx }: Narrows, { top, left, bottom, right }: Sides<number>): Sides<number> {
  const lack = (haloPx: number) => haloPx - Math.min(haloPx, endPx);
  return { top: lack(top), left: lack(left), bottom: lack(bottom), right: lack(right) };
}

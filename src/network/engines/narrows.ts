import { edgeNames, positionsOff } from '../graph/narrowing.js';
import type { Sides } from '../../contract/tiles.js';
import type { NetworkFile, Narrows } from '../../contract/engine.js';

const IMAGE = { channels: 3, extraPx: 0 };
export const NO_HALO = { top: 0, left: 0, bottom: 0, right: 0 } as const;

/** What a network gives for planes of a size, where its file tells the truth. */
export function resultSize(
  { factor, features = IMAGE, trimPx = NO_HALO, narrows }: NetworkFile,
  widthPx: number,
  heightPx: number,
  halo: Sides<number>,
): { channels: number; width: number; height: number } {
  const { channels, extraPx } = features;
  const lacks = narrows ? lackOf(narrows, halo) : trimPx;
  const width = (widthPx - lacks.left - lacks.right) * factor + extraPx;
  const height = (heightPx - lacks.top - lacks.bottom) * factor + extraPx;
  return { channels, width, height };
}

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

import { edgeNames, positionsOff } from '../graph/halo-needs.js';
import type { Sides } from '../../contract/tiles.js';
import type { NetworkFile, Narrows } from '../../contract/engine.js';
import { SrganError } from '../../system/errors.js';

const IMAGE = { channels: 3, extraPx: 0 };
export const NO_HALO = { top: 0, left: 0, bottom: 0, right: 0 } as const;

/** Returns the size of a network's result for planes of a size, according to its file. */
export function resultSize(
  { factor, features = IMAGE, trimPx = NO_HALO, narrows }: NetworkFile,
  widthPx: number,
  heightPx: number,
  halo: Sides<number>,
): { channels: number; width: number; height: number } {
  const { channels, extraPx } = features;
  const lacks = narrows ? trimmedHalo(narrows, halo) : trimPx;
  const width = (widthPx - lacks.left - lacks.right) * factor + extraPx;
  const height = (heightPx - lacks.top - lacks.bottom) * factor + extraPx;
  return { channels, width, height };
}

const END_OF_AXIS = 2n ** 31n - 1n;

/** Returns the inputs that tell a model where its tensors end: rows, columns. */
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

/** Returns how much of the halo the result lacks, in input pixels. */
export function trimmedHalo({ endPx }: Narrows, { top, left, bottom, right }: Sides<number>): Sides<number> {
  const lack = (haloPx: number) => haloPx - Math.min(haloPx, endPx);
  return { top: lack(top), left: lack(left), bottom: lack(bottom), right: lack(right) };
}

/** @throws SrganError E_ENGINE if `planes` are not the three planes of such an image */
export function checkPlanes(title: string, planes: Float32Array, widthPx: number, heightPx: number): void {
  if (planes.length === 3 * widthPx * heightPx && planes.length > 0) return;
  const got = `${planes.length} values for ${widthPx} × ${heightPx} pixels`;
  throw new SrganError('E_ENGINE', `${title}: expected three planes, got ${got}.`);
}

export function scaleValues(values: Float32Array, by: number): void {
  for (let i = 0; i < values.length; i += 1) values[i] = (values[i] as number) * by;
}

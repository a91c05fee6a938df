import { swapsAxes } from './turns.js';

/** Something about each side of a rectangle. */
export interface Sides<T> {
  readonly top: T;
  readonly left: T;
  readonly bottom: T;
  readonly right: T;
}

/** Sides of a tile at which the image ends, so that the network's own zeros act there; the others are open. */
export type ClosedSides = Sides<boolean>;

export const ALL_OPEN: ClosedSides = { top: false, left: false, bottom: false, right: false };

/** Every choice of closed sides, in the order of `sidesIndex`. */
export const CLOSED_SIDES: readonly ClosedSides[] = Array.from({ length: 16 }, (_, bits) => ({
  top: (bits & 1) !== 0,
  left: (bits & 2) !== 0,
  bottom: (bits & 4) !== 0,
  right: (bits & 8) !== 0,
}));

export function sidesIndex({ top, left, bottom, right }: ClosedSides): number {
  return Number(top) + 2 * Number(left) + 4 * Number(bottom) + 8 * Number(right);
}

/** The sides of a tile after a turn of turnPlanes. */
export function turnSides<T>(sides: Sides<T>, turn: number): Sides<T> {
  const [left, right] = turn & 1 ? [sides.right, sides.left] : [sides.left, sides.right];
  const [top, bottom] = turn & 2 ? [sides.bottom, sides.top] : [sides.top, sides.bottom];
  return swapsAxes(turn)
    ? { top: left, left: top, bottom: right, right: bottom }
    : { top, left, bottom, right };
}

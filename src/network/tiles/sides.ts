import type { Sides, ClosedSides } from '../../contract/tiles.js';
import { swapsAxes } from './turns.js';

export const ALL_OPEN: ClosedSides = { top: false, left: false, bottom: false, right: false };

export const ALL_CLOSED: ClosedSides = { top: true, left: true, bottom: true, right: true };

/**
 * The choices that a network is made for: none, those of one axis, all. A form for each of the 16 that there
 * are would save a halo on few tiles, and hold memory or be loaded ever anew.
 */
export const CLOSED_SIDES: readonly ClosedSides[] = [0, 1, 2, 3].map((bits) =>
  byAxis((bits & 1) !== 0, (bits & 2) !== 0),
);

/** The choice for a tile with at least these closed sides: where one end of an axis is closed, both are. */
export function closedAxes({ top, left, bottom, right }: ClosedSides): ClosedSides {
  return byAxis(top || bottom, left || right);
}

function byAxis(rows: boolean, columns: boolean): ClosedSides {
  return { top: rows, left: columns, bottom: rows, right: columns };
}

/** Of a choice in CLOSED_SIDES. */
export function sidesIndex({ top, left }: ClosedSides): number {
  return Number(top) + 2 * Number(left);
}

/** The sides of a tile after a turn of turnPlanes. */
export function turnSides<T>(sides: Sides<T>, turn: number): Sides<T> {
  const [left, right] = turn & 1 ? [sides.right, sides.left] : [sides.left, sides.right];
  const [top, bottom] = turn & 2 ? [sides.bottom, sides.top] : [sides.top, sides.bottom];
  return swapsAxes(turn)
    ? { top: left, left: top, bottom: right, right: bottom }
    : { top, left, bottom, right };
}

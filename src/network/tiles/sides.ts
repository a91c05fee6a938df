import type { Sides, ClosedSides } from '../../contract/tiles.js';

/**
 * The eight symmetries of a square, as bits: 1 mirrors left and right, 2 top and bottom, 4 swaps the axes.
 */
export const TURNS = 8;

export const swapsAxes = (turn: number) => (turn & 4) !== 0;

/** Turns three planes of widthPx × heightPx; if the turn swaps the axes, width and height swap too. */
export function turnPlanes(
  planes: Float32Array,
  widthPx: number,
  heightPx: number,
  turn: number,
  into: Float32Array,
): void {
  eachTurned(widthPx, heightPx, turn, (from, to) => (into[to] = planes[from] as number));
}

/** Turns planes that came from a turned widthPx × heightPx image back and adds them to `sum`. */
export function addTurnedBack(
  turned: Float32Array,
  widthPx: number,
  heightPx: number,
  turn: number,
  sum: Float32Array,
): void {
  eachTurned(widthPx, heightPx, turn, (upright, at) => {
    sum[upright] = (sum[upright] as number) + (turned[at] as number);
  });
}

/** Calls `visit` with the upright and the turned index of every value. */
function eachTurned(
  widthPx: number,
  heightPx: number,
  turn: number,
  visit: (upright: number, turned: number) => void,
): void {
  const acrossPx = swapsAxes(turn) ? heightPx : widthPx;
  const downPx = swapsAxes(turn) ? widthPx : heightPx;
  const right = turn & 1 ? -1 : 1;
  const below = turn & 2 ? -widthPx : widthPx;
  const corner = (turn & 1 ? widthPx - 1 : 0) + (turn & 2 ? (heightPx - 1) * widthPx : 0);
  const perColumn = swapsAxes(turn) ? below : right;
  const perRow = swapsAxes(turn) ? right : below;
  let turned = 0;
  for (let plane = 0; plane < 3; plane += 1) {
    for (let y = 0; y < downPx; y += 1) {
      let upright = plane * widthPx * heightPx + corner + y * perRow;
      for (let x = 0; x < acrossPx; x += 1, turned += 1, upright += perColumn) visit(upright, turned);
    }
  }
}

export const ALL_OPEN: ClosedSides = { top: false, left: false, bottom: false, right: false };

export const ALL_CLOSED: ClosedSides = { top: true, left: true, bottom: true, right: true };

/**
 * The combinations of closed sides that networks are compiled for: none, one axis, both axes. Compiling all
 * 16 would save the halo of few tiles and cost memory or repeated loading.
 */
export const CLOSED_SIDES: readonly ClosedSides[] = [0, 1, 2, 3].map((bits) =>
  byAxis((bits & 1) !== 0, (bits & 2) !== 0),
);

/** Returns the combination for a tile with these closed sides: if one end of an axis is closed, both are. */
export function closedAxes({ top, left, bottom, right }: ClosedSides): ClosedSides {
  return byAxis(top || bottom, left || right);
}

function byAxis(rows: boolean, columns: boolean): ClosedSides {
  return { top: rows, left: columns, bottom: rows, right: columns };
}

/** Returns the index in CLOSED_SIDES. */
export function sidesIndex({ top, left }: ClosedSides): number {
  return Number(top) + 2 * Number(left);
}

/** Returns the sides of a tile after a turn of turnPlanes. */
export function turnSides<T>(sides: Sides<T>, turn: number): Sides<T> {
  const [left, right] = turn & 1 ? [sides.right, sides.left] : [sides.left, sides.right];
  const [top, bottom] = turn & 2 ? [sides.bottom, sides.top] : [sides.top, sides.bottom];
  return swapsAxes(turn)
    ? { top: left, left: top, bottom: right, right: bottom }
    : { top, left, bottom, right };
}

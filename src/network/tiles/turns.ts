/** The flips and turns of a square, as bits: 1 mirrors left and right, 2 top and bottom, 4 swaps the axes. */
export const TURNS = 8;

export const swapsAxes = (turn: number) => (turn & 4) !== 0;

/** Three planes of widthPx × heightPx, turned; where the turn swaps the axes, sides change places. */
export function turnPlanes(
  planes: Float32Array,
  widthPx: number,
  heightPx: number,
  turn: number,
  into: Float32Array,
): void {
  eachTurned(widthPx, heightPx, turn, (from, to) => (into[to] = planes[from] as number));
}

/** Adds planes that were made by a turn of widthPx × heightPx to `sum`, turned back. */
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

/** Visits every value as (index upright, index turned). */
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

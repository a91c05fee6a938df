import type { DifferenceMap } from '../../pixels/metrics/differences.js';

/** A part of an original, and of whatever was made of it, in its pixels. */
export interface Place {
  readonly leftPx: number;
  readonly topPx: number;
  readonly widthPx: number;
  readonly heightPx: number;
}

/** Cells that a place is wide and high. */
const SIDE_CELLS = 6;
const CELL_PX = 16;

/** A cell of a difference map is of whole pixels of the small image, so that a place is one of it as well. */
export const cellFor = (scale: number): number => scale * Math.ceil(CELL_PX / scale);

/**
 * The places that differ most, none on top of another, the most first: by the mean over their cells, so that one
 * stray pixel does not count for much.
 * @param map of what both images have in common, which is `size`
 */
export function placesOf(
  map: DifferenceMap,
  size: { readonly widthPx: number; readonly heightPx: number },
  most: number,
): Place[] {
  const { cellPx, columns, cells } = map;
  const side = SIDE_CELLS * cellPx;
  const [widthPx, heightPx] = [Math.min(side, size.widthPx), Math.min(side, size.heightPx)];
  const across = Math.floor((size.widthPx - widthPx) / cellPx) + 1;
  const down = Math.floor((size.heightPx - heightPx) / cellPx) + 1;
  const [wide, high] = [Math.ceil(widthPx / cellPx), Math.ceil(heightPx / cellPx)];

  const all: { column: number; row: number; sum: number }[] = [];
  for (let row = 0; row < down; row++) {
    for (let column = 0; column < across; column++) {
      let sum = 0;
      for (let y = row; y < row + high; y++)
        for (let x = column; x < column + wide; x++) sum += cells[y * columns + x] as number;
      all.push({ column, row, sum });
    }
  }
  all.sort((a, b) => b.sum - a.sum);
  const taken: typeof all = [];
  for (const one of all) {
    if (taken.length >= most) break;
    const meets = (other: typeof one) =>
      Math.abs(other.column - one.column) < wide && Math.abs(other.row - one.row) < high;
    if (!taken.some(meets)) taken.push(one);
  }
  return taken.map(({ column, row }) => ({
    leftPx: column * cellPx,
    topPx: row * cellPx,
    widthPx,
    heightPx,
  }));
}

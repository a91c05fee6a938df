import type { PlaneRow } from './open-rows.js';

/** A heat map of the largest difference of each pixel's channels, in square cells. */
export interface DifferenceMap {
  /** Side of a cell in pixels. */
  readonly cellPx: number;
  readonly columns: number;
  readonly rows: number;
  /** Largest difference in each cell, 0..255, row by row. */
  readonly cells: Float32Array;
  /** The pixel of the first page that differs most, from the top left corner. */
  readonly worst: { readonly x: number; readonly y: number; readonly difference: number };
}

/** Upper bounds of the histogram's classes, in levels of 255. */
export const DIFFERENCE_CLASSES = [0, 1, 2, 4, 8, 16, 32, 64, 128, 255] as const;

/** Rounding error of dividing by 257 or 255. */
const ROUNDING = 1e-9;

/** Computes the largest difference over colour and alpha for each pixel of a row. */
export function rowDifferences(a: PlaneRow, b: PlaneRow, out: Float64Array): void {
  out.fill(0);
  const planes = [...a.colour.map((plane, c) => [plane, b.colour[c]]), [a.alpha, b.alpha]];
  for (const [p, q] of planes) {
    for (let x = 0; x < (p?.length ?? 0); x++) {
      const difference = Math.abs((p?.[x] as number) - (q?.[x] as number));
      if (difference > (out[x] as number)) out[x] = difference;
    }
  }
}

export function openDifferenceMap(widthPx: number, heightPx: number, cellPx: number) {
  const columns = Math.ceil(widthPx / cellPx);
  const rows = Math.ceil(heightPx / cellPx);
  const cells = new Float32Array(columns * rows);
  let worst = { x: 0, y: 0, difference: 0 };
  return {
    push(differences: Float64Array, y: number) {
      const start = Math.floor(y / cellPx) * columns;
      for (let x = 0; x < widthPx; x++) {
        const difference = differences[x] as number;
        const cell = start + Math.floor(x / cellPx);
        if (difference > (cells[cell] as number)) cells[cell] = difference;
        if (difference > worst.difference) worst = { x, y, difference };
      }
    },
    close: (): DifferenceMap => ({ cellPx, columns, rows, cells, worst }),
  };
}

/** Counts pixels by their largest difference, for each of DIFFERENCE_CLASSES. */
export function openHistogram() {
  const counts = DIFFERENCE_CLASSES.map(() => 0);
  let largest = 0;
  return {
    push(differences: Float64Array) {
      for (const difference of differences) {
        let at = 0;
        while (difference > (DIFFERENCE_CLASSES[at] as number) + ROUNDING) at += 1;
        counts[at] = (counts[at] as number) + 1;
        if (difference > largest) largest = difference;
      }
    },
    counts: counts as readonly number[],
    get largest() {
      return largest;
    },
  };
}

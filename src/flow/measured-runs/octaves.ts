/** Light that varies on all scales alike. */
export interface Octaves {
  /** Writes one row, in levels around 0. */
  row(y: number, into: Float32Array): void;
}

const FINEST_CELL_PX = 2;

/** Levels of the coarsest octave; half the cell has half of it, which makes amplitudes fall as 1/f. */
const COARSEST_LEVELS = 28;

/** Noise on lattices from half the image down to two pixels, blended between the points. */
export function octaves(next: () => number, widthPx: number, heightPx: number): Octaves {
  const layers: { cellPx: number; columns: number; values: Float32Array }[] = [];
  let levels = COARSEST_LEVELS;
  for (let cellPx = Math.max(widthPx, heightPx) / 2; cellPx >= FINEST_CELL_PX; cellPx /= 2) {
    const columns = Math.ceil(widthPx / cellPx) + 2;
    const rows = Math.ceil(heightPx / cellPx) + 2;
    const values = Float32Array.from({ length: columns * rows }, () => 2 * levels * (next() - 0.5));
    layers.push({ cellPx, columns, values });
    levels /= 2;
  }

  return {
    row(y, into) {
      into.fill(0);
      for (const { cellPx, columns, values } of layers) {
        const rowAt = y / cellPx;
        const upper = Math.floor(rowAt) * columns;
        const down = eased(rowAt - Math.floor(rowAt));
        for (let x = 0; x < into.length; x += 1) {
          const columnAt = x / cellPx;
          const at = upper + Math.floor(columnAt);
          const across = eased(columnAt - Math.floor(columnAt));
          const above = blend(values[at] as number, values[at + 1] as number, across);
          const below = blend(values[at + columns] as number, values[at + columns + 1] as number, across);
          into[x] = (into[x] as number) + blend(above, below, down);
        }
      }
    },
  };
}

const eased = (share: number) => share * share * (3 - 2 * share);
const blend = (from: number, to: number, share: number) => from + (to - from) * share;

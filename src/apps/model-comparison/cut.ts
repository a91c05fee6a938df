import { openRows } from '../../pixels/metrics/open-rows.js';
import type { DifferenceMap } from '../../pixels/metrics/differences.js';

/** Pixels as a page shows them: 8 bit, straight alpha where there is any. */
export interface Cutting {
  readonly widthPx: number;
  readonly heightPx: number;
  readonly channels: 3 | 4;
  readonly samples: Uint8Array;
}

/**
 * Cuts places out of an image, with the values that were compared.
 * @throws SrganError as openRows
 */
export async function cut(path: string, places: readonly Place[]): Promise<Cutting[]> {
  const rows = await openRows(path);
  try {
    const cuttings: Cutting[] = [];
    for (const { leftPx, topPx, widthPx, heightPx } of places) {
      const { channels, maxValue } = rows;
      const read = await rows.read(topPx, heightPx);
      const made = channels === 4 ? 4 : 3;
      const samples = new Uint8Array(widthPx * heightPx * made);
      for (let at = 0; at < widthPx * heightPx; at++) {
        const from = (Math.floor(at / widthPx) * rows.widthPx + leftPx + (at % widthPx)) * channels;
        for (let c = 0; c < made; c++) {
          const value = read[from + Math.min(c, channels - 1)] as number;
          samples[at * made + c] = Math.round((value * 255) / maxValue);
        }
      }
      cuttings.push({ widthPx, heightPx, channels: made, samples });
    }
    return cuttings;
  } finally {
    await rows.close();
  }
}

/**
 * How far pictures of one place are from one another: the mean over samples of the variance over the pictures.
 * @param pictures of one size; those with alpha count by their colour where it is seen
 */
export function unlikeness(pictures: readonly Cutting[]): number {
  const [first] = pictures;
  if (!first) return 0;
  const pixels = first.widthPx * first.heightPx;
  let sum = 0;
  for (let at = 0; at < pixels; at++) {
    for (let c = 0; c < 3; c++) {
      let [total, squares] = [0, 0];
      for (const { samples, channels } of pictures) {
        const opacity = channels === 4 ? (samples[at * 4 + 3] as number) / 255 : 1;
        const value = (samples[at * channels + c] as number) * opacity;
        total += value;
        squares += value * value;
      }
      sum += squares / pictures.length - (total / pictures.length) ** 2;
    }
  }
  return sum / (3 * pixels);
}

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

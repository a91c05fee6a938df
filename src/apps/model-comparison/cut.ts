import { openRows } from '../../pixels/metrics/open-rows.js';
import type { Place } from './places.js';

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

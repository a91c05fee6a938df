import type { Rows } from '../../pixels/metrics/open-rows.js';
import { mirrored, tapsOf, type DownscaleFilter } from './filters.js';

/** An image made small, as sharp takes raw pixels. */
export interface Small {
  readonly samples: Uint8Array | Uint16Array;
  readonly widthPx: number;
  readonly heightPx: number;
  readonly channels: Rows['channels'];
}

/**
 * Makes the first page smaller by a whole factor, on the values as they are stored; columns and rows at the right and
 * at the bottom that do not fill a pixel are left out. Colour is weighted by alpha. Memory is that of the result and
 * of the few rows that one of its rows is made of.
 * @throws SrganError E_READ
 */
export async function downscale(rows: Rows, factor: number, filter: DownscaleFilter): Promise<Small> {
  const { channels, maxValue } = rows;
  const widthPx = Math.floor(rows.widthPx / factor);
  const heightPx = Math.floor(rows.pageHeightPx / factor);
  const wholeRows = heightPx * factor;
  const { first, weights } = tapsOf(filter, factor);
  const across = shrinker(rows, widthPx, factor, filter);
  const samples = new (maxValue === 255 ? Uint8Array : Uint16Array)(widthPx * heightPx * channels);
  const sums = new Float64Array(widthPx * channels);
  const narrow = new Map<number, Float64Array>();

  for (let y = 0; y < heightPx; y++) {
    const begin = y * factor + first;
    for (const row of narrow.keys()) if (row < begin) narrow.delete(row);
    sums.fill(0);
    for (const [i, weight] of weights.entries()) {
      const at = mirrored(begin + i, wholeRows);
      let row = narrow.get(at);
      if (!row) narrow.set(at, (row = across(await rows.read(at, 1))));
      for (let x = 0; x < sums.length; x++) sums[x] = (sums[x] as number) + weight * (row[x] as number);
    }
    store(sums, samples.subarray(y * sums.length), channels, maxValue);
  }
  return { samples, widthPx, heightPx, channels };
}

/** One row of samples to one with fewer pixels; colour comes out premultiplied by alpha of 0..1. */
function shrinker(
  { channels, maxValue, widthPx: sourcePx }: Rows,
  widthPx: number,
  factor: number,
  filter: DownscaleFilter,
) {
  const { first, weights } = tapsOf(filter, factor);
  const wholePx = widthPx * factor;
  const ready = new Float64Array(sourcePx * channels);

  return (samples: Uint8Array | Uint16Array): Float64Array => {
    for (let at = 0; at < ready.length; at += channels) {
      const opacity = channels === 4 ? (samples[at + 3] as number) / maxValue : 1;
      for (let c = 0; c < channels; c++) ready[at + c] = (samples[at + c] as number) * (c < 3 ? opacity : 1);
    }
    const out = new Float64Array(widthPx * channels);
    for (let x = 0; x < widthPx; x++) {
      for (const [i, weight] of weights.entries()) {
        const from = mirrored(x * factor + first + i, wholePx) * channels;
        for (let c = 0; c < channels; c++) {
          const to = x * channels + c;
          out[to] = (out[to] as number) + weight * (ready[from + c] as number);
        }
      }
    }
    return out;
  };
}

function store(
  sums: Float64Array,
  samples: Uint8Array | Uint16Array,
  channels: Rows['channels'],
  maxValue: number,
): void {
  const whole = (value: number) => Math.min(maxValue, Math.max(0, Math.round(value)));
  for (let at = 0; at < sums.length; at += channels) {
    const alpha = channels === 4 ? (sums[at + 3] as number) : maxValue;
    for (let c = 0; c < channels; c++) {
      const value = sums[at + c] as number;
      // less than half a level of alpha is none, and its colour that of nothing
      samples[at + c] = c === 3 ? whole(value) : alpha < 0.5 ? 0 : whole((value * maxValue) / alpha);
    }
  }
}

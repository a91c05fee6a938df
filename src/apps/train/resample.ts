import { KERNELS, type Kernel } from '../../network/engines/resize-engine.js';

/** An RGB picture: 8 bits, interleaved, row by row. */
export interface Rgb {
  readonly data: Uint8Array;
  readonly widthPx: number;
  readonly heightPx: number;
}

export const RESAMPLE_KERNELS = ['box', 'linear', 'mitchell', 'cubic', 'lanczos2', 'lanczos3'] as const;
export type ResampleKernel = (typeof RESAMPLE_KERNELS)[number];

const { linear, mitchell, cubic, lanczos2, lanczos3 } = KERNELS;
const CURVES: Record<ResampleKernel, Kernel> = {
  box: { support: 0.5, weight: (x) => (x > -0.5 && x <= 0.5 ? 1 : 0) },
  linear,
  mitchell,
  cubic,
  lanczos2,
  lanczos3,
};

/** For each output sample `count` input samples from `first` on, with weights that add up to 1. */
interface Taps {
  readonly count: number;
  readonly first: Int32Array;
  readonly weights: Float32Array;
}

const tapsKept = new Map<string, Taps>();

function tapsOf(from: number, to: number, kernel: ResampleKernel): Taps {
  const key = `${kernel} ${from} ${to}`;
  const kept = tapsKept.get(key);
  if (kept) return kept;
  const { support, weight } = CURVES[kernel];
  const step = from / to;
  const stretch = Math.max(step, 1);
  const count = Math.ceil(2 * support * stretch) + 1;
  const first = new Int32Array(to);
  const weights = new Float32Array(to * count);
  for (let i = 0; i < to; i++) {
    const centre = (i + 0.5) * step - 0.5;
    const begin = Math.ceil(centre - support * stretch);
    const values = Array.from({ length: count }, (_, t) => weight((begin + t - centre) / stretch));
    const sum = values.reduce((total, value) => total + value, 0);
    first[i] = begin;
    values.forEach((value, t) => (weights[i * count + t] = value / sum));
  }
  const taps = { count, first, weights };
  if (tapsKept.size > 200) tapsKept.clear();
  tapsKept.set(key, taps);
  return taps;
}

/**
 * Resizes with pixel centres in line, antialiased where it makes smaller; beyond the border the nearest pixel is
 * repeated.
 */
export function resample(source: Rgb, widthPx: number, heightPx: number, kernel: ResampleKernel): Rgb {
  const { data, widthPx: width, heightPx: height } = source;
  const across = tapsOf(width, widthPx, kernel);
  const down = tapsOf(height, heightPx, kernel);
  const narrow = new Float32Array(widthPx * height * 3);
  for (let x = 0; x < widthPx; x++) {
    for (let t = 0; t < across.count; t++) {
      const weight = across.weights[x * across.count + t] as number;
      if (weight === 0) continue;
      let from = Math.min(width - 1, Math.max(0, (across.first[x] as number) + t)) * 3;
      for (let y = 0, to = x * 3; y < height; y++, from += width * 3, to += widthPx * 3) {
        narrow[to] = (narrow[to] as number) + weight * (data[from] as number);
        narrow[to + 1] = (narrow[to + 1] as number) + weight * (data[from + 1] as number);
        narrow[to + 2] = (narrow[to + 2] as number) + weight * (data[from + 2] as number);
      }
    }
  }
  const rowLength = widthPx * 3;
  const result = new Uint8Array(rowLength * heightPx);
  const row = new Float32Array(rowLength);
  for (let y = 0; y < heightPx; y++) {
    row.fill(0.5);
    for (let t = 0; t < down.count; t++) {
      const weight = down.weights[y * down.count + t] as number;
      if (weight === 0) continue;
      const from = Math.min(height - 1, Math.max(0, (down.first[y] as number) + t)) * rowLength;
      for (let x = 0; x < rowLength; x++) row[x] = (row[x] as number) + weight * (narrow[from + x] as number);
    }
    for (let x = 0, to = y * rowLength; x < rowLength; x++, to++) {
      const value = row[x] as number;
      result[to] = value < 0 ? 0 : value > 255 ? 255 : value;
    }
  }
  return { data: result, widthPx, heightPx };
}

/** A rectangle cut out of a picture. */
export function crop({ data, widthPx }: Rgb, x: number, y: number, width: number, height: number): Rgb {
  const result = new Uint8Array(width * height * 3);
  for (let row = 0; row < height; row++) {
    const from = ((y + row) * widthPx + x) * 3;
    result.set(data.subarray(from, from + width * 3), row * width * 3);
  }
  return { data: result, widthPx: width, heightPx: height };
}

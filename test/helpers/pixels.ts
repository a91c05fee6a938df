import type { Pixels } from '../../src/contract/job.js';
import { seeded } from './random.js';

export interface PixelsShape {
  widthPx: number;
  heightPx: number;
  pages?: number;
  channels?: Pixels['channels'];
  bits?: 8 | 16;
  seed?: number;
}

/** Gradients, edges, texture and noise, different on each page and in each channel; the same for a seed. */
export function drawPixels(shape: PixelsShape): Pixels {
  const { widthPx, heightPx: pageHeightPx, pages = 1, channels = 3, bits = 8, seed = 1 } = shape;
  const next = seeded(seed);
  const white = 2 ** bits - 1;
  const pixels = blankPixels(shape);
  let at = 0;
  for (let row = 0; row < pages * pageHeightPx; row += 1) {
    const page = Math.floor(row / pageHeightPx);
    const y = row % pageHeightPx;
    for (let x = 0; x < widthPx; x += 1) {
      const edge = (x + 2 * y + 7 * page) % 23 < 9 ? 0.35 : 0;
      for (let c = 0; c < channels; c += 1, at += 1) {
        const wave = 0.25 + 0.2 * Math.sin((x * (c + 2)) / 11 + page) * Math.cos(y / (6 + c));
        pixels.data[at] = Math.round(white * Math.min(1, Math.max(0, wave + edge + 0.25 * next())));
      }
    }
  }
  return { ...pixels, widthPx, pageHeightPx, pages, channels };
}

/** All samples 0. */
export function blankPixels({ widthPx, heightPx, pages = 1, channels = 3, bits = 8 }: PixelsShape): Pixels {
  const samples = widthPx * heightPx * pages * channels;
  const buffer = new SharedArrayBuffer(samples * (bits / 8));
  const data = bits === 16 ? new Uint16Array(buffer) : new Uint8Array(buffer);
  return { data, widthPx, pageHeightPx: heightPx, pages, channels };
}

/** Sets alpha of the first page by place, as a share of opaque. */
export function setAlpha(pixels: Pixels, alphaAt: (x: number, y: number) => number): void {
  const { data, widthPx, pageHeightPx, channels } = pixels;
  const white = data instanceof Uint16Array ? 65535 : 255;
  for (let y = 0; y < pageHeightPx; y += 1) {
    for (let x = 0; x < widthPx; x += 1) {
      data[(y * widthPx + x + 1) * channels - 1] = Math.round(white * alphaAt(x, y));
    }
  }
}

/** Samples of one channel of all pages. */
export function channelOf({ data, channels }: Pixels, channel: number): number[] {
  const values: number[] = [];
  for (let at = channel; at < data.length; at += channels) values.push(data[at]!);
  return values;
}

/** One page as an image of its own. */
export function pageOfPixels(pixels: Pixels, page: number): Pixels {
  const { data, widthPx, pageHeightPx, channels } = pixels;
  const samples = widthPx * pageHeightPx * channels;
  const bits = data instanceof Uint16Array ? 16 : 8;
  const alone = blankPixels({ widthPx, heightPx: pageHeightPx, channels, bits });
  alone.data.set(data.subarray(page * samples, (page + 1) * samples));
  return alone;
}

/** Largest difference between two images, in levels of 8 bits. */
export function largestDifference(one: Pick<Pixels, 'data'>, other: Pick<Pixels, 'data'>): number {
  if (one.data.length !== other.data.length) return Infinity;
  let most = 0;
  for (let at = 0; at < one.data.length; at += 1) {
    most = Math.max(most, Math.abs(one.data[at]! - other.data[at]!));
  }
  return one.data instanceof Uint16Array ? most / 257 : most;
}

/** For people: how many of the values are not the same. */
export function differingShare(one: Pick<Pixels, 'data'>, other: Pick<Pixels, 'data'>): string {
  let different = 0;
  for (let at = 0; at < one.data.length; at += 1) {
    if (one.data[at] !== other.data[at]) different += 1;
  }
  return `${((100 * different) / one.data.length).toFixed(4)} %`;
}

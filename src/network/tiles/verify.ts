import { psnrDb } from '../../pixels/metrics/psnr-ssim.js';
import type { Rect, Page } from '../../contract/tiles.js';
import { levelOf } from './planes.js';

/**
 * Each channel of a tile, scaled down to its source, must reach this PSNR, or its squared error must be below
 * 3/4 of the variance of the source, because every network smooths fine noise and single-pixel patterns.
 * Measured on esrgan-slim and -medium: photographs and drawings reach 25 dB and more; noise falls to 9 dB,
 * but at 0.56 of the variance at most; above 3/4 of the variance, PSNR is 38 dB. Black or displaced results
 * have an error of the whole variance or more.
 */
export const MIN_PSNR_DB = 25;
const MAX_VARIANCE_RATIO = 0.75;

/** Mean squared error on the scale 0..255. */
const MAX_SQUARED_ERROR = 255 ** 2 / 10 ** (MIN_PSNR_DB / 10);

/** If a source spans more than this many levels of 255, a result of a single value is wrong. */
const FLAT_SPAN = 8;

/** Pixels this close to the border of an image may differ because of zero padding; in input pixels. */
const BORDER_PX = 4;

/** Fewer pixels than this are not worth judging. */
const MIN_PIXELS = 64;

/**
 * Returns a description of what is wrong with a tile of a result, or undefined if it resembles its source.
 * Skips the border of the image and tiles with few other pixels.
 * @param core pixels of the source; their counterparts in `result` lie at `factor`
 */
export function wrongWithTile(source: Page, result: Page, core: Rect, factor: number): string | undefined {
  const inner = withoutBorder(core, source);
  const samples = Math.max(0, inner.widthPx) * Math.max(0, inner.heightPx);
  if (samples < MIN_PIXELS) return undefined;
  const channels = Array.from({ length: source.channels }, (_, channel) =>
    compare(source, result, inner, factor, channel),
  );
  if (
    channels.every(({ resultSpan }) => resultSpan === 0) &&
    channels.some(({ sourceSpan }) => sourceSpan > FLAT_SPAN)
  ) {
    return 'is of a single colour, but its source is not';
  }
  for (const { squaredError, sum, squares } of channels) {
    const meanSquaredError = squaredError / samples;
    const variance = squares / samples - (sum / samples) ** 2;
    if (meanSquaredError <= Math.max(MAX_SQUARED_ERROR, MAX_VARIANCE_RATIO * variance)) continue;
    return `does not resemble its source: ${psnrDb(meanSquaredError).toFixed(1)} dB; at least ${MIN_PSNR_DB} dB is expected`;
  }
  return undefined;
}

/** Compares one channel of the source with the means of the corresponding blocks of the result. */
function compare(source: Page, result: Page, inner: Rect, factor: number, channel: number) {
  const { channels } = source;
  const level = levelOf(source);
  const blockLevel = level * factor * factor;
  const sums = { squaredError: 0, sum: 0, squares: 0 };
  let [least, most, leastMade, mostMade] = [Infinity, -Infinity, Infinity, -Infinity];
  for (let y = inner.yPx; y < inner.yPx + inner.heightPx; y += 1) {
    for (let x = inner.xPx; x < inner.xPx + inner.widthPx; x += 1) {
      const from = source.start + (y * source.widthPx + x) * channels + channel;
      const value = (source.data[from] as number) / level;
      let made = 0;
      for (let row = 0; row < factor; row += 1) {
        let at = result.start + ((y * factor + row) * result.widthPx + x * factor) * channels + channel;
        for (let column = 0; column < factor; column += 1, at += channels) made += result.data[at] as number;
      }
      made /= blockLevel;
      sums.squaredError += (made - value) ** 2;
      sums.sum += value;
      sums.squares += value * value;
      least = Math.min(least, value);
      most = Math.max(most, value);
      leastMade = Math.min(leastMade, made);
      mostMade = Math.max(mostMade, made);
    }
  }
  return { ...sums, sourceSpan: most - least, resultSpan: mostMade - leastMade };
}

function withoutBorder(core: Rect, { widthPx, heightPx }: Page): Rect {
  const xPx = Math.max(core.xPx, BORDER_PX);
  const yPx = Math.max(core.yPx, BORDER_PX);
  const right = Math.min(core.xPx + core.widthPx, widthPx - BORDER_PX);
  const bottom = Math.min(core.yPx + core.heightPx, heightPx - BORDER_PX);
  return { xPx, yPx, widthPx: right - xPx, heightPx: bottom - yPx };
}

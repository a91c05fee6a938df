import { psnrDb } from '../../pixels/metrics/psnr-ssim.js';
import type { Rect, Page } from '../../contract/tiles.js';
import { levelOf } from './planes.js';

/**
 * Each channel of a tile's result must match its source within so many dB, once it is scaled down, or else lie nearer to the
 * source than 3/4 of the source's own variance: fine noise and patterns of single pixels are smoothed by every
 * network. Measured on esrgan-slim and -medium: photographs and drawings have 25 dB and more, noise as
 * little as 9 dB, but then 0.56 of the variance at most; where it is more than 3/4, there are 38 dB.
 * What is black, or lies in another place, has the whole of the variance and more.
 */
export const LEAST_PSNR_DB = 25;
const MOST_OF_VARIANCE = 0.75;

/** Mean squared difference on the scale 0..255. */
const MOST_SQUARED_ERROR = 255 ** 2 / 10 ** (LEAST_PSNR_DB / 10);

/** A source that spans more than this, in levels of 255, has no result of a single value. */
const FLAT_SPAN = 8;

/** So far from the border of an image the zeros are felt that the networks see beyond it, in input pixels. */
const BORDER_PX = 4;

/** Fewer pixels than these say too little. */
const LEAST_PIXELS = 64;

/**
 * What is wrong with a tile of a result, for people; undefined where it is like its source. The border of the
 * image is not looked at, nor are tiles with hardly a pixel more.
 * @param core pixels of the source, whose counterparts in `result` lie at `factor`
 */
export function wrongWithTile(source: Page, result: Page, core: Rect, factor: number): string | undefined {
  const inner = withoutBorder(core, source);
  const samples = Math.max(0, inner.widthPx) * Math.max(0, inner.heightPx);
  if (samples < LEAST_PIXELS) return undefined;
  const channels = Array.from({ length: source.channels }, (_, channel) =>
    compare(source, result, inner, factor, channel),
  );
  if (
    channels.every(({ resultSpan }) => resultSpan === 0) &&
    channels.some(({ sourceSpan }) => sourceSpan > FLAT_SPAN)
  ) {
    return 'is of a single colour, which its source is not';
  }
  for (const { squaredError, sum, squares } of channels) {
    const meanSquaredError = squaredError / samples;
    const variance = squares / samples - (sum / samples) ** 2;
    if (meanSquaredError <= Math.max(MOST_SQUARED_ERROR, MOST_OF_VARIANCE * variance)) continue;
    return `is not like its source: ${psnrDb(meanSquaredError).toFixed(1)} dB, where at least ${LEAST_PSNR_DB} are expected`;
  }
  return undefined;
}

/** One channel of the source beside the means of the blocks that were made of its pixels. */
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

import { SrganError } from '../../../system/errors.js';
import type { ValueRange } from '../../graph/read/onnx/onnx-fit.js';
import type { Ranges } from './probe-ranges.js';
import { picture } from './picture.js';
import type { Planes, Probe } from './planes-probe.js';

export interface Reach {
  /** How far a changed input pixel is seen, in input pixels. */
  readonly radiusPx: number;
  /** Beyond this nothing is felt that changes a level; only where that is less. */
  readonly feltPx?: number;
}

/** What is taken for no change, in levels of 255: a single pixel's, of which many may come together. */
const FELT_LEVELS = 1 / 64;

/** By so much may a tile differ from the whole image, in levels of 255. */
const EXACT_LEVELS = 0.5;

/** What lies below the precision of the numbers, or is hidden by the values of one image, is not seen. */
const MARGIN = 1.125;

/**
 * How far the network looks.
 * @param alignPx see NetworkFile
 * @throws SrganError E_MODEL where each pixel depends on the whole image
 */
export async function findReach(
  title: string,
  { run }: Probe,
  alignPx: number,
  ranges: Ranges,
): Promise<Reach> {
  const whole = (px: number) => alignPx * Math.ceil(px / alignPx);
  let last = { any: 0, felt: 0, halfPx: 0 };
  for (const sidePx of [65, 129, 257].map(whole)) {
    last = {
      ...(await reachIn(run, sidePx, sidePx, alignPx, ranges)),
      halfPx: Math.floor((sidePx - alignPx) / 2),
    };
    if (last.any <= last.halfPx * 0.8) return { radiusPx: Math.ceil(last.any * MARGIN) };
  }
  const feltPx = Math.ceil(last.felt * MARGIN);
  if (last.felt < last.halfPx * 0.6 && (await isExact(run, whole(feltPx), alignPx, ranges))) {
    return { radiusPx: last.halfPx, feltPx };
  }
  throw new SrganError(
    'E_MODEL',
    `${title}: each pixel depends on the whole image, which is not supported.`,
    { hint: 'A halo that is stated in a file beside it makes tiles all the same: {"halo": 32}.' },
  );
}

/** The same within the only size that it takes; a quarter of it at most, so that half of it is left. */
export async function findReachWithin(
  { run }: Probe,
  { width, height }: { readonly width: number; readonly height: number },
  ranges: Ranges,
): Promise<number> {
  const { any, felt } = await reachIn(run, width, height, 1, ranges);
  const mostPx = Math.floor(Math.min(width, height) / 4);
  return Math.min(mostPx, Math.ceil((any <= mostPx ? any : felt) * MARGIN));
}

type Run = Probe['run'];

/**
 * The least shift of the input that moves the result alike: networks that work in windows have one.
 * @param multiple that the sides of the input must have, and the shift has, too
 */
export async function findStep({ run }: Probe, multiple: number, ranges: Ranges): Promise<number> {
  const steps = [1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 16, 20, 24, 28, 32].map((times) => times * multiple);
  const sidePx = multiple * Math.ceil(144 / multiple);
  const shape = { width: sidePx, height: sidePx, range: ranges.input };
  const still = await run(picture(shape));
  for (const step of steps.filter((px) => px <= Math.max(64, multiple))) {
    const moved = await run(picture({ ...shape, from: step }));
    const marginPx = Math.max(0, Math.floor((sidePx - step) / 3));
    const part = { startPx: marginPx, endPx: sidePx - step - marginPx };
    if (differenceOf(still, moved, step, part, sidePx, ranges.output) < EXACT_LEVELS) return step;
  }
  // no step shows, so there is nothing to keep to
  return multiple;
}

/** Whether the middle of an image comes out alike without what lies beyond the halo. */
async function isExact(run: Run, haloPx: number, alignPx: number, ranges: Ranges): Promise<boolean> {
  const tilePx = 2 * haloPx + alignPx * Math.ceil(16 / alignPx);
  const fromPx = alignPx * Math.ceil(64 / alignPx);
  const sidePx = fromPx + tilePx;
  const whole = await run(picture({ width: sidePx, height: sidePx, range: ranges.input }));
  const tile = await run(picture({ width: tilePx, height: tilePx, range: ranges.input, from: fromPx }));
  const part = { startPx: haloPx, endPx: tilePx - haloPx };
  return differenceOf(whole, tile, fromPx, part, sidePx, ranges.output) < EXACT_LEVELS;
}

/** Largest difference, in levels, between a part of what was made of an image and the same part of it moved. */
function differenceOf(
  still: Planes,
  moved: Planes,
  byPx: number,
  { startPx, endPx }: { readonly startPx: number; readonly endPx: number },
  stillSidePx: number,
  range: ValueRange,
): number {
  const factor = still.width / stillSidePx;
  const level = levelOf(range);
  let most = 0;
  for (let plane = 0; plane < 3; plane += 1) {
    for (let y = startPx * factor; y < endPx * factor; y += 1) {
      for (let x = startPx * factor; x < endPx * factor; x += 1) {
        const [dx, dy] = [x + byPx * factor, y + byPx * factor];
        const one = still.values[(plane * still.height + dy) * still.width + dx] as number;
        const other = moved.values[(plane * moved.height + y) * moved.width + x] as number;
        most = Math.max(most, Math.abs(one - other) / level);
      }
    }
  }
  return most;
}

/** How far a changed pixel is seen at all, and how far it is felt, from the first pixel of a step and the last. */
async function reachIn(run: Run, width: number, height: number, alignPx: number, ranges: Ranges) {
  const plain = picture({ width, height, range: ranges.input });
  const before = await run(plain);
  const middle = (side: number) => alignPx * Math.floor((side - 1) / 2 / alignPx);
  const corners = alignPx === 1 ? [0] : [0, alignPx - 1];
  const farthest = { any: 0, felt: 0 };
  for (const corner of corners) {
    const x = middle(width) + corner;
    const y = middle(height) + corner;
    const after = await run(withChangedPixel(plain, x, y, ranges.input));
    const { any, felt } = farthestChange(before, after, width, { x, y }, levelOf(ranges.output));
    farthest.any = Math.max(farthest.any, any);
    farthest.felt = Math.max(farthest.felt, felt);
  }
  return farthest;
}

function withChangedPixel(plain: Planes, x: number, y: number, [black, white]: ValueRange): Planes {
  const values = plain.values.slice();
  for (let plane = 0; plane < 3; plane += 1) {
    const at = (plane * plain.height + y) * plain.width + x;
    values[at] = (values[at] as number) * 2 > black + white ? black : white;
  }
  return { ...plain, values };
}

function farthestChange(
  one: Planes,
  other: Planes,
  width: number,
  home: { readonly x: number; readonly y: number },
  level: number,
) {
  const factor = one.width / width;
  let [any, felt] = [0, 0];
  for (let i = 0; i < one.values.length; i += 1) {
    const change = Math.abs((one.values[i] as number) - (other.values[i] as number)) / level;
    if (change === 0) continue;
    const x = Math.floor((i % one.width) / factor) - home.x;
    const y = Math.floor((Math.floor(i / one.width) % one.height) / factor) - home.y;
    const away = Math.max(Math.abs(x), Math.abs(y));
    any = Math.max(any, away);
    if (change > FELT_LEVELS) felt = Math.max(felt, away);
  }
  return { any, felt };
}

function levelOf([black, white]: ValueRange): number {
  return Math.abs(white - black) / 255;
}

import { SrganError } from '../../../system/errors.js';
import { picture, type Planes, type Probe, type Ranges } from './probe-ranges.js';
import type { ValueRange } from '../../graph/read/onnx/onnx-fit.js';

export interface Sizes {
  readonly factor: number;
  /** Sides must be multiples of this. */
  readonly multiple: number;
}

const MULTIPLES = [
  ...Array.from({ length: 16 }, (_, i) => i + 1),
  ...[20, 24, 28, 32, 40, 48, 56, 64, 80, 96, 128],
];

/**
 * Finds the factor and which sides the network accepts.
 * @param stated the multiple, if it is known
 * @throws SrganError E_MODEL
 */
export async function findSizes(title: string, { run }: Probe, stated?: number): Promise<Sizes> {
  const failures: string[] = [];
  let cause: unknown;
  for (const multiple of stated === undefined ? MULTIPLES : [stated]) {
    const [width, height] = sidesOf(multiple);
    try {
      const made = await run(picture({ width, height, range: [0, 1] }));
      const factor = factorOf(made, width, height);
      if (factor !== undefined) return { factor, multiple };
      failures.push(`${made.width} × ${made.height} of ${width} × ${height}`);
    } catch (error) {
      cause ??= error;
    }
  }
  const [made] = failures;
  if (made === undefined && cause instanceof SrganError) throw withHint(cause);
  throw withHint(new SrganError('E_MODEL', `${title}: the network returns ${made ?? 'no'} pixels.`));
}

/** Finds the factor of a network with a fixed input size. */
export async function findFactor(
  title: string,
  { run }: Probe,
  { width, height }: { readonly width: number; readonly height: number },
): Promise<number> {
  const made = await run(picture({ width, height, range: [0, 1] }));
  const factor = factorOf(made, width, height);
  if (factor !== undefined) return factor;
  const sizes = `${made.width} × ${made.height} of ${width} × ${height}`;
  throw new SrganError('E_MODEL', `${title}: the network returns ${sizes} pixels.`);
}

function factorOf(made: Planes, width: number, height: number): number | undefined {
  const factor = made.width / width;
  return Number.isInteger(factor) && factor >= 1 && made.height === height * factor ? factor : undefined;
}

/** Returns two sides whose greatest common divisor is the multiple. */
function sidesOf(multiple: number): [number, number] {
  if (multiple > 16) return [multiple, 3 * multiple];
  const primes = [5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41];
  const first = primes.findIndex((prime) => prime * multiple >= 36);
  return [(primes[first] ?? 37) * multiple, (primes[first + 1] ?? 41) * multiple];
}

function withHint({ code, message, cause }: SrganError): SrganError {
  const hint =
    'If it only takes images of one size, or multiples of a number, state that in a file beside it: {"tile": [128, 128]} or {"multiple": 8}.';
  return new SrganError(code, message, { cause, hint });
}

export interface Reach {
  /** Distance at which a changed input pixel has any effect, in input pixels. */
  readonly radiusPx: number;
  /** Distance beyond which no level changes; only if it is smaller. */
  readonly feltPx?: number;
}

/** Changes below this count as none, in levels of 255: the effect of one pixel, of which many may add up. */
const NOTICEABLE_LEVELS = 1 / 64;

/** Maximum difference of a tile from the whole image, in levels of 255. */
const MAX_TILE_DIFFERENCE_LEVELS = 0.5;

/** Safety margin for effects below numeric precision or hidden by the values of one image. */
const MARGIN = 1.125;

/**
 * Measures the receptive field.
 * @param alignPx see NetworkFile
 * @throws SrganError E_MODEL if each pixel depends on the whole image
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
    { hint: 'To use tiles anyway, state a halo in a file beside it: {"halo": 32}.' },
  );
}

/**
 * Measures the receptive field within a fixed size; returns at most a quarter of it, so that half of a tile
 * remains.
 */
export async function findReachWithin(
  { run }: Probe,
  { width, height }: { readonly width: number; readonly height: number },
  ranges: Ranges,
): Promise<number> {
  const { any, felt } = await reachIn(run, width, height, 1, ranges);
  const maxPx = Math.floor(Math.min(width, height) / 4);
  return Math.min(maxPx, Math.ceil((any <= maxPx ? any : felt) * MARGIN));
}

type Run = Probe['run'];

/**
 * Finds the smallest shift of the input that shifts the result alike: windowed networks have one.
 * @param multiple the sides of the input, and the shift, are multiples of it
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
    if (maxDifference(still, moved, step, part, sidePx, ranges.output) < MAX_TILE_DIFFERENCE_LEVELS)
      return step;
  }
  // no step was found, so only the multiple matters
  return multiple;
}

/** Whether the centre of an image is the same without what is beyond the halo. */
async function isExact(run: Run, haloPx: number, alignPx: number, ranges: Ranges): Promise<boolean> {
  const tilePx = 2 * haloPx + alignPx * Math.ceil(16 / alignPx);
  const fromPx = alignPx * Math.ceil(64 / alignPx);
  const sidePx = fromPx + tilePx;
  const whole = await run(picture({ width: sidePx, height: sidePx, range: ranges.input }));
  const tile = await run(picture({ width: tilePx, height: tilePx, range: ranges.input, from: fromPx }));
  const part = { startPx: haloPx, endPx: tilePx - haloPx };
  return maxDifference(whole, tile, fromPx, part, sidePx, ranges.output) < MAX_TILE_DIFFERENCE_LEVELS;
}

/**
 * Returns the largest difference, in levels, between a part of a result and the same part of the shifted
 * result.
 */
function maxDifference(
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

/**
 * Measures how far a changed pixel has any and a noticeable effect, from the first and last pixel of a step.
 */
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
    if (change > NOTICEABLE_LEVELS) felt = Math.max(felt, away);
  }
  return { any, felt };
}

function levelOf([black, white]: ValueRange): number {
  return Math.abs(white - black) / 255;
}

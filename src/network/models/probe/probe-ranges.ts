import type { ValueRange, Order } from '../../graph/read/onnx/onnx-fit.js';

/** A network that is run to learn what its file does not state. */
export interface Probe {
  /** @throws SrganError E_MODEL if the network rejects planes of this size or does not return an RGB image */
  readonly run: (planes: Planes) => Promise<Planes>;
  readonly close: () => Promise<void>;
}

/** Three planes in the network's value range. */
export interface Planes {
  readonly values: Float32Array;
  readonly width: number;
  readonly height: number;
}

export interface PictureShape {
  readonly width: number;
  readonly height: number;
  readonly range: ValueRange;
  /** Equal values in all three planes. */
  readonly gray?: boolean;
  /** Offset of this part in an endless picture. */
  readonly from?: number;
}

/**
 * Returns smooth waves with some noise that grow brighter to the right and bottom; deterministic and
 * independent of the size.
 */
export function picture({ width, height, range, gray = false, from = 0 }: PictureShape): Planes {
  const values = new Float32Array(3 * width * height);
  const [black, white] = range;
  for (let i = 0; i < values.length; i += 1) {
    const plane = Math.floor(i / (width * height));
    const colour = gray ? 0 : plane;
    const x = (i % width) + from;
    const y = (Math.floor(i / width) % height) + from;
    const smooth = 0.45 + 0.3 * Math.sin(x / 9 + 2 * colour) * Math.cos(y / (7 + colour));
    const brighter = 0.1 * Math.min(1, (x + y) / 500);
    values[i] = black + (white - black) * (smooth + brighter + 0.1 * (noise(x, y, colour) - 0.5));
  }
  return { values, width, height };
}

/** Returns a pseudorandom value from 0 to 1 for a position. */
function noise(x: number, y: number, plane: number): number {
  let bits = Math.imul(x + 1, 0x9e3779b1) ^ Math.imul(y + 1, 0x85ebca6b) ^ Math.imul(plane + 1, 0xc2b2ae35);
  bits = Math.imul(bits ^ (bits >>> 15), 0x2c1b3c6d);
  bits = Math.imul(bits ^ (bits >>> 12), 0x297a2d39);
  return ((bits ^ (bits >>> 15)) >>> 0) / 2 ** 32;
}

export interface Ranges {
  readonly input: ValueRange;
  readonly output: ValueRange;
}

export const UNIT: ValueRange = [0, 1];
export const BYTE: ValueRange = [0, 255];
export const SIGNED: ValueRange = [-1, 1];

/**
 * The most common pair first: it is kept unless another is clearly better, since many networks work with
 * several.
 */
const USUAL: readonly (readonly [ValueRange, ValueRange])[] = [
  [UNIT, UNIT],
  [BYTE, BYTE],
  [BYTE, UNIT],
  [UNIT, BYTE],
  [SIGNED, SIGNED],
  [UNIT, SIGNED],
  [SIGNED, UNIT],
  [BYTE, SIGNED],
  [SIGNED, BYTE],
];

/** Returns candidate ranges. A signed output suggests a signed input; only the last operator can tell. */
export function rangesToTry(stated: Partial<Ranges>): Ranges[] {
  const { input, output } = stated;
  const fitting = USUAL.map(([takes, gives]) => ({ input: input ?? takes, output: output ?? gives }));
  const signedFirst = output !== undefined && sameRange(output, SIGNED);
  const first = ({ input: takes }: Ranges) => (signedFirst && sameRange(takes, SIGNED) ? 0 : 1);
  const sorted = fitting.toSorted((one, other) => first(one) - first(other));
  return sorted.filter((one, i) => sorted.findIndex((other) => sameRanges(one, other)) === i);
}

export function sameRange(one: ValueRange, other: ValueRange): boolean {
  return one[0] === other[0] && one[1] === other[1];
}

function sameRanges(one: Ranges, other: Ranges): boolean {
  return sameRange(one.input, other.input) && sameRange(one.output, other.output);
}

/** Maximum mean distance of an upscaled picture to the input, on the scale 0..1. */
const FAITHFUL = 0.05;

/** Another range is clearly better if its distance is at most this share of the usual one's. */
const CLEARLY_BETTER = 0.5;

/** Mean distance above which the usual range is ruled out. */
const UNLIKE = 0.25;

export interface FoundRanges extends Ranges {
  readonly order: Order;
  /** The network's result resembles the picture. */
  readonly certain: boolean;
}

/**
 * Finds the ranges that preserve the brightness of a picture, and whether output channels have the order of
 * the input.
 */
export async function findRanges(
  { run }: Probe,
  shape: Omit<PictureShape, 'range'>,
  candidates: readonly Ranges[],
): Promise<FoundRanges> {
  const [usual = { input: UNIT, output: UNIT }] = candidates;
  let best = { ...usual, order: 'rgb' as Order };
  let smallest = Infinity;
  let first: { readonly difference: number; readonly best: typeof best } | undefined;
  for (const ranges of candidates) {
    if (smallest < FAITHFUL) break;
    const input = picture({ ...shape, range: ranges.input });
    const output = await run(input);
    for (const order of ['rgb', 'bgr'] as const) {
      const difference = distance(input, output, ranges, order);
      if (difference >= smallest || smallest < FAITHFUL) continue;
      smallest = difference;
      best = { ...ranges, order };
    }
    first ??= { difference: smallest, best };
  }
  if (first && smallest > CLEARLY_BETTER * first.difference) {
    return { ...first.best, certain: first.difference < FAITHFUL };
  }
  // a network that only changes colours looks like one with another range
  const isUsual = first === undefined || best === first.best;
  const certain = smallest < FAITHFUL && (isUsual || (first?.difference ?? 0) > UNLIKE);
  return { ...best, certain };
}

/** Returns the mean distance between an image and its upscaled version, on the scale 0..1. */
function distance(input: Planes, output: Planes, ranges: Ranges, order: Order): number {
  const factor = output.width / input.width;
  const area = input.width * input.height;
  const [fromBlack, fromWhite] = ranges.input;
  const [toBlack, toWhite] = ranges.output;
  let sum = 0;
  for (let i = 0; i < output.values.length; i += 1) {
    const row = Math.floor(i / output.width);
    const plane = Math.floor(row / output.height);
    const y = Math.floor((row % output.height) / factor);
    const x = Math.floor((i % output.width) / factor);
    const source = (order === 'rgb' ? plane : 2 - plane) * area + y * input.width + x;
    const before = ((input.values[source] as number) - fromBlack) / (fromWhite - fromBlack);
    const after = ((output.values[i] as number) - toBlack) / (toWhite - toBlack);
    sum += Math.abs(after - before);
  }
  return sum / output.values.length;
}

import type { Order, ValueRange } from '../../graph/read/onnx/onnx-fit.js';
import { picture, type PictureShape } from './picture.js';
import type { Planes, Probe } from './planes-probe.js';

export interface Ranges {
  readonly input: ValueRange;
  readonly output: ValueRange;
}

export const UNIT: ValueRange = [0, 1];
export const BYTE: ValueRange = [0, 255];
export const SIGNED: ValueRange = [-1, 1];

/** The usual one first: it stands unless another is clearly better, since many networks work with several. */
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

/** Of values from -1 on by the signed range alone, which nothing but the last operator tells. */
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

/** Mean distance to the input, on the scale 0..1, that an enlargement stays below. */
const FAITHFUL = 0.05;

/** Another range is clearly better than the usual one where the distance is this share of it, or less. */
const CLEARLY = 0.5;

/** Mean distance above which the usual range is out of the question. */
const UNLIKE = 0.25;

export interface FoundRanges extends Ranges {
  readonly order: Order;
  /** What the network makes of a picture is like it. */
  readonly certain: boolean;
}

/**
 * Which values the network takes and gives, by which of them keep the brightness of an image, and whether it
 * gives red, green and blue in the order in which it takes them.
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
  if (first && smallest > CLEARLY * first.difference) {
    return { ...first.best, certain: first.difference < FAITHFUL };
  }
  // a network that only changes colours looks like one of another range
  const isUsual = first === undefined || best === first.best;
  const certain = smallest < FAITHFUL && (isUsual || (first?.difference ?? 0) > UNLIKE);
  return { ...best, certain };
}

/** Mean distance between an image and its enlargement, on the scale 0..1. */
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

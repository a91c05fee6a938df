import { cubic, enlarging, lanczos3, type Enlarging } from '../../passes/enlarging.js';
import {
  intAttribute,
  operator,
  valueInfo,
  integers,
  intsAttribute,
  tensor,
  tensorAttribute,
  textAttribute,
} from '../../onnx-messages.js';
import {
  asBytes,
  asText,
  delimited,
  encoded,
  fieldsOf,
  message,
  sharedBytes,
  type Encoded,
} from '../../protobuf.js';

export const ORDERS = ['rgb', 'bgr'] as const;
export type Order = (typeof ORDERS)[number];

export const LAYOUTS = ['nchw', 'nhwc'] as const;
export type Layout = (typeof LAYOUTS)[number];

/** Values that stand for black and white. */
export type ValueRange = readonly [black: number, white: number];

/** What a network takes or gives. */
export interface Face {
  readonly name: string;
  readonly layout: Layout;
  /** 1: luma, or gray. */
  readonly channels: 1 | 3;
  readonly order: Order;
  readonly range: ValueRange;
  /** Type number of ONNX. */
  readonly type: number;
  /** Images in one run: all are the same here, and the first is the result. */
  readonly batch: number;
}

export interface Fit {
  readonly input: Face;
  readonly output: Face;
  /** Enlarges what it is given, by so much, before the network sees it: of networks that only sharpen. */
  readonly enlargeFirst?: number;
  /** Of a luma network: how many times larger the colour has to be. Without it the result is gray. */
  readonly colourFactor?: number;
  /** Where the network takes one size alone. */
  readonly size?: { readonly width: number; readonly height: number };
}

export const FLOAT32 = 1;
export const UINT8 = 2;

/** What the fitted network takes or gives, in place of the range: 0..1, unless it is 0..255 by itself. */
export function fittedRange({ range: [black, white], channels }: Face): 1 | 255 {
  return black === 0 && white === 255 && channels === 3 ? 255 : 1;
}

/** Whether a network is what the engine needs as it stands. */
export function fits({ input, output, enlargeFirst = 1 }: Fit): boolean {
  return enlargeFirst === 1 && [input, output].every(isUsual);
}

function isUsual(face: Face): boolean {
  const { layout, channels, order, type, batch } = face;
  const usual = layout === 'nchw' && channels === 3 && order === 'rgb' && type === FLOAT32 && batch === 1;
  return usual && isPlainRange(face);
}

/**
 * The same network with operators around it, so that it takes and gives 1 × 3 × height × width values of 32-bit
 * floats: red, green and blue, on the scale of `fittedRange`.
 * @throws RangeError where the bytes are no ONNX model
 */
export function fitOnnx(model: Uint8Array, fit: Fit): Uint8Array<SharedArrayBuffer> {
  const { input, output, enlargeFirst = 1, colourFactor, size } = fit;
  const seen = enlargeFirst === 1 ? TAKEN : `${PREFIX}enlarged`;
  const before = [
    ...(enlargeFirst === 1 ? [] : enlarged(TAKEN, seen, 3, enlarging(enlargeFirst, cubic))),
    ...chain(seen, input.name, [
      ...(input.channels === 1 ? [convolved(LUMA, [1, 3, 1, 1])] : ordered(input)),
      ...rescaled(input, ([black, white], scale) => [(white - black) / scale, black]),
      ...(input.type === UINT8 ? [affine(1, 0.5)] : []),
      ...(input.type === FLOAT32 ? [] : [cast(input.type)]),
      ...(input.layout === 'nhwc' ? [transposed([0, 2, 3, 1])] : []),
      ...(input.batch === 1 ? [] : [repeatedImage(input.batch)]),
    ]),
  ];
  const made = output.channels === 1 ? `${PREFIX}luma` : GIVEN;
  const after = [
    ...chain(output.name, made, [
      ...(output.batch === 1 ? [] : [picked(0, [0])]),
      ...(output.layout === 'nhwc' ? [transposed([0, 3, 1, 2])] : []),
      ...(output.type === FLOAT32 ? [] : [cast(FLOAT32)]),
      ...rescaled(output, ([black, white], scale) => [
        scale / (white - black),
        (-scale * black) / (white - black),
      ]),
      ...(output.channels === 1 ? [] : ordered(output)),
    ]),
    ...(output.channels === 1 ? coloured(seen, made, colourFactor) : []),
  ];
  return sharedBytes(surrounded(model, input.name, before, after, size));
}

const PREFIX = 'srgan:';
const TAKEN = `${PREFIX}input`;
const GIVEN = `${PREFIX}output`;

/** Full-range YCbCr of BT.601, as in JPEG: https://www.w3.org/Graphics/JPEG/jfif3.pdf */
const LUMA = [0.299, 0.587, 0.114];
const CHROMA = [
  [-0.299 / 1.772, -0.587 / 1.772, 0.886 / 1.772],
  [0.701 / 1.402, -0.587 / 1.402, -0.114 / 1.402],
].flat();
const TO_RGB = [
  [1, 0, 1.402],
  [1, (-1.772 * 0.114) / 0.587, (-1.402 * 0.299) / 0.587],
  [1, 1.772, 0],
].flat();

/** Colour of what the network saw, enlarged, under the luma that it made. */
function coloured(seen: string, luma: string, factor: number | undefined): Encoded[] {
  if (factor === undefined) return picked(1, [0, 0, 0])(luma, GIVEN);
  const chroma = `${PREFIX}chroma`;
  const large = factor === 1 ? chroma : `${PREFIX}large chroma`;
  return [
    ...convolved(CHROMA, [2, 3, 1, 1])(seen, chroma),
    ...(factor === 1 ? [] : enlarged(chroma, large, 2, enlarging(factor, lanczos3))),
    operator('Concat', [luma, large], `${PREFIX}ycc`, [intAttribute('axis', 1)]),
    ...convolved(TO_RGB, [3, 3, 1, 1])(`${PREFIX}ycc`, GIVEN),
  ];
}

function repeatedImage(times: number): Step {
  return picked(0, new Array<number>(times).fill(0));
}

function ordered({ order }: Face): Step[] {
  return order === 'rgb' ? [] : [picked(1, [2, 1, 0])];
}

function rescaled(face: Face, map: (range: ValueRange, scale: number) => [number, number]): Step[] {
  if (isPlainRange(face)) return [];
  const [scale, offset] = map(face.range, fittedRange(face));
  return [affine(scale, offset)];
}

function isPlainRange(face: Face): boolean {
  return face.range[0] === 0 && face.range[1] === fittedRange(face);
}

const GRAPH = 7;
const NODE = 1;
const INPUT = 11;
const OUTPUT = 12;

function surrounded(
  model: Uint8Array,
  inputName: string,
  before: readonly Encoded[],
  after: readonly Encoded[],
  size: Fit['size'],
): Encoded {
  const fields = [...fieldsOf(model)];
  const inner = fields
    .filter(({ field }) => field === GRAPH)
    .flatMap(({ value }) => [...fieldsOf(asBytes(value))]);
  const nameOf = (info: Uint8Array) =>
    [...fieldsOf(info)].filter(({ field }) => field === 1).map((part) => asText(part.value))[0];
  const kept = inner.filter(
    ({ field, value }) => field !== OUTPUT && !(field === INPUT && nameOf(asBytes(value)) === inputName),
  );
  const nodes = (operators: readonly Encoded[]) => operators.map((made) => delimited(NODE, made));
  const graph = message(
    ...nodes(before),
    ...kept.map(({ raw }) => encoded(raw)),
    ...nodes(after),
    delimited(INPUT, valueInfo(TAKEN, [3, size?.height ?? 'height', size?.width ?? 'width'])),
    delimited(OUTPUT, valueInfo(GIVEN, [3, 'output_height', 'output_width'])),
  );
  const others = fields.filter(({ field }) => field !== GRAPH).map(({ raw }) => encoded(raw));
  return message(...others, delimited(GRAPH, graph));
}

/** Operators from one named value to another. */
export type Step = (from: string, to: string) => Encoded[];

export function chain(from: string, to: string, steps: readonly Step[]): Encoded[] {
  const last = steps.length - 1;
  if (last < 0) return [operator('Identity', [from], to, [])];
  const nameOf = (index: number) => (index === last ? to : `${to}/step ${index}`);
  return steps.flatMap((step, index) => step(index === 0 ? from : nameOf(index - 1), nameOf(index)));
}

export function affine(scale: number, offset: number): Step {
  return (from, to) => [
    value(`${to}:scale`, [], [scale]),
    value(`${to}:offset`, [], [offset]),
    operator('Mul', [from, `${to}:scale`], `${to}:scaled`, []),
    operator('Add', [`${to}:scaled`, `${to}:offset`], to, []),
  ];
}

export function cast(type: number): Step {
  return (from, to) => [operator('Cast', [from], to, [intAttribute('to', type)])];
}

export function transposed(perm: readonly number[]): Step {
  return (from, to) => [operator('Transpose', [from], to, [intsAttribute('perm', perm)])];
}

export function picked(axis: number, indices: readonly number[]): Step {
  return (from, to) => [
    constant(`${to}:indices`, integers('', indices)),
    operator('Gather', [from, `${to}:indices`], to, [intAttribute('axis', axis)]),
  ];
}

export function convolved(weights: readonly number[], dims: readonly number[], groups = 1): Step {
  return (from, to) => [
    value(`${to}:weights`, dims, weights),
    operator('Conv', [from, `${to}:weights`], to, [
      intsAttribute('kernel_shape', dims.slice(2)),
      intAttribute('group', groups),
    ]),
  ];
}

/** Every channel alone, with the nearest pixels beyond the border. */
export function enlarged(from: string, to: string, channels: number, { factor, reach, filters }: Enlarging) {
  const side = 2 * reach + 1;
  const weights = Array.from({ length: channels }, () => filters).flat();
  return chain(from, to, [
    (start, end) => [
      constant(`${end}:pads`, integers('', [0, 0, reach, reach, 0, 0, reach, reach])),
      operator('Pad', [start, `${end}:pads`], end, [textAttribute('mode', 'edge')]),
    ],
    convolved(weights, [channels * factor ** 2, 1, side, side], channels),
    (start, end) => [
      operator('DepthToSpace', [start], end, [
        intAttribute('blocksize', factor),
        textAttribute('mode', 'CRD'),
      ]),
    ],
  ]);
}

function value(name: string, dims: readonly number[], values: readonly number[]): Encoded {
  return constant(name, tensor('', dims, Float32Array.from(values)));
}

/** An operator, since old models must list their initializers among the inputs. */
function constant(name: string, content: Encoded): Encoded {
  return operator('Constant', [], name, [tensorAttribute('value', content)]);
}

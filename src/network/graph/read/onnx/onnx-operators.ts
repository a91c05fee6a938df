import { type Extent, type Node, NO_PADS, type Pads, type DepthToSpaceNode } from '../../graph.js';
import type { OnnxNode, OnnxTensor } from './onnx-model.js';
import { samePads } from '../../shapes.js';

/** An operator of an ONNX model while it becomes a node. */
export interface Reading {
  readonly node: OnnxNode;
  readonly name: string;
  readonly inputs: readonly string[];
  readonly constants: ReadonlyMap<string, OnnxTensor>;
  /** Its tensors have their channels last. */
  readonly nhwc: boolean;
}

/** @returns undefined where a Graph cannot express it */
export type Read = (reading: Reading) => Node | undefined;

export function single({ name, inputs }: Reading): { name: string; inputs: string[] } {
  return { name, inputs: inputs.slice(0, 1) };
}

export function constant({ inputs, constants }: Reading, input: number): OnnxTensor | undefined {
  return constants.get(inputs[input] ?? '');
}

export function varies({ inputs, constants }: Reading, input: number): boolean {
  return !constants.has(inputs[input] ?? '');
}

export function attribute({ node }: Reading, name: string, otherwise: number): number {
  return node.attributes.get(name)?.number ?? otherwise;
}

export function extent([height, width]: readonly number[]): Extent | undefined {
  return isSide(height) && isSide(width) ? { height, width } : undefined;
}

export function isSide(value: number | undefined): value is number {
  return value !== undefined && Number.isInteger(value) && value >= 1 && value <= 64;
}

export function convolution(reading: Reading): Node | undefined {
  const { node, inputs } = reading;
  const weights = constant(reading, 1);
  const bias = constant(reading, 2);
  const [outChannels, groupChannels, height, width] = weights?.dims ?? [];
  if (!weights?.values || weights.dims.length !== 4 || (inputs[2] && !bias?.values)) return undefined;
  if (!outChannels || !groupChannels || !isSide(height) || !isSide(width)) return undefined;
  const kernel = { height, width };
  const strides = extent(node.attributes.get('strides')?.numbers ?? [1, 1]);
  const dilations = extent(node.attributes.get('dilations')?.numbers ?? [1, 1]);
  const pads = strides && dilations && padsOf(node, kernel, strides, dilations);
  if (!pads) return undefined;
  const groups = attribute(reading, 'group', 1);
  return {
    ...single(reading),
    op: 'conv',
    inChannels: groupChannels * groups,
    outChannels,
    kernel,
    strides,
    dilations,
    groups,
    pads,
    weights: weights.values,
    bias: bias?.values,
  };
}

function padsOf(
  { attributes }: OnnxNode,
  kernel: Extent,
  strides: Extent,
  dilations: Extent,
): Pads | 'same' | undefined {
  const [top = 0, left = 0, bottom = 0, right = 0] = attributes.get('pads')?.numbers ?? [];
  const whole = strides.height === 1 && strides.width === 1;
  const same = samePads(kernel, dilations);
  switch (attributes.get('auto_pad')?.text ?? 'NOTSET') {
    case 'NOTSET':
      return { top, left, bottom, right };
    case 'VALID':
      return NO_PADS;
    case 'SAME_UPPER':
      return whole ? same : 'same';
    case 'SAME_LOWER':
      return whole ? { top: same.bottom, left: same.right, bottom: same.top, right: same.left } : undefined;
    default:
      return undefined;
  }
}

/** Operators that change the size of a tensor and nothing else. */
export const SIZE_OPERATORS: Readonly<Record<string, Read>> = {
  Resize: (reading) => repeated(reading, constant(reading, 2)) ?? resampled(reading),
  Upsample: (reading) => repeated(reading, constant(reading, 1)),

  Pad(reading) {
    const [n0, c0, top, left, n1, c1, bottom, right] = constant(reading, 1)?.values ?? [];
    if (textOf(reading, 'mode', 'constant') !== 'edge' || n0 || n1 || c0 || c1) return undefined;
    const pads = { top: top ?? -1, left: left ?? -1, bottom: bottom ?? -1, right: right ?? -1 };
    return Object.values(pads).every((side) => side >= 0)
      ? { ...single(reading), op: 'pad', pads }
      : undefined;
  },

  Slice(reading) {
    const [starts, ends, axes, steps] = [1, 2, 3, 4].map((i) => constant(reading, i)?.values);
    const named = reading.inputs.slice(1).every((name) => name === '' || reading.constants.has(name));
    if (!named || !starts || !ends || !axes || steps?.some((step) => step !== 1)) return undefined;
    const edges = { top: 0, left: 0, bottom: 0, right: 0 };
    for (const [i, axis] of axes.entries()) {
      const start = starts[i] ?? -1;
      const end = ends[i] ?? 0;
      // what an end counts from the start takes off depends on the size
      if (start < 0 || (end >= 0 && end < 2 ** 31 - 1)) return undefined;
      const taken = end < 0 ? -end : 0;
      if (axis === 2 || axis === -2) Object.assign(edges, { top: start, bottom: taken });
      else if (axis === 3 || axis === -1) Object.assign(edges, { left: start, right: taken });
      else return undefined;
    }
    return { ...single(reading), op: 'crop', edges };
  },
};

/** A resize that repeats pixels a whole number of times. */
function repeated(reading: Reading, scales: OnnxTensor | undefined): Node | undefined {
  const text = (name: string, otherwise: string) => reading.node.attributes.get(name)?.text ?? otherwise;
  const [batch, channels, height, width] = scales?.values ?? [];
  if (text('mode', 'nearest') !== 'nearest' || batch !== 1 || channels !== 1) return undefined;
  if (!isSide(height) || !isSide(width)) return undefined;
  const asymmetric = text('coordinate_transformation_mode', 'half_pixel') === 'asymmetric';
  const rounding = text('nearest_mode', 'round_prefer_floor');
  const repeats =
    reading.node.type === 'Upsample' ||
    (asymmetric
      ? rounding === 'floor'
      : rounding === 'round_prefer_floor' || rounding === 'round_prefer_ceil');
  const centred = ['half_pixel', 'asymmetric'].includes(text('coordinate_transformation_mode', 'half_pixel'));
  return repeats && centred ? { ...single(reading), op: 'upsample', factor: { height, width } } : undefined;
}

/** A resize by a kernel around pixel centres. */
function resampled(reading: Reading): Node | undefined {
  const mode = textOf(reading, 'mode', 'nearest');
  const { attributes } = reading.node;
  const [batch, channels, height, width] = constant(reading, 2)?.values ?? [];
  if (mode !== 'linear' && mode !== 'cubic') return undefined;
  if (batch !== 1 || channels !== 1 || !isFactor(height) || !isFactor(width)) return undefined;
  const centred = textOf(reading, 'coordinate_transformation_mode', 'half_pixel') === 'half_pixel';
  const keys = Math.abs((attributes.get('cubic_coeff_a')?.number ?? -0.75) + 0.75) < 1e-6;
  const plain = !attributes.get('antialias')?.number && !attributes.get('exclude_outside')?.number;
  const factor: Extent = { height, width };
  return centred && plain && (keys || mode === 'linear')
    ? { ...single(reading), op: 'resample', kernel: mode, factor }
    : undefined;
}

function textOf({ node }: Reading, name: string, otherwise: string): string {
  return node.attributes.get(name)?.text ?? otherwise;
}

function isFactor(value: number | undefined): value is number {
  return value !== undefined && value > 0 && value <= 64;
}

/** A value of an ONNX model that is the value of a node, seen in another way. */
export interface View {
  /** Name of the node. */
  readonly of: string;
  readonly as: 'itself' | 'nhwc' | Split;
}

/** Its channels split into blocks of pixels, on the way to a depthToSpace. */
interface Split extends Pick<DepthToSpaceNode, 'block' | 'mode'> {
  /** The pixels of a block lie beside each other already. */
  readonly woven: boolean;
}

/**
 * What an operator makes that changes no value: another view, or the depthToSpace at the end of one.
 * @returns undefined for any other operator
 */
export function viewBy(
  { type, attributes, inputs }: OnnxNode,
  name: string,
  { of, as }: View,
  constants: ReadonlyMap<string, OnnxTensor>,
): View | DepthToSpaceNode | undefined {
  switch (type) {
    case 'Identity':
    case 'Dropout':
      return { of, as };
    case 'Cast':
      return castKeeps(attributes) ? { of, as } : undefined;
    case 'Gather': {
      // the first image of a batch, or several times the same one
      const indices = constants.get(inputs[1] ?? '')?.values;
      const first = attributes.get('axis')?.number ?? 0;
      return first === 0 && indices?.every((index) => index === 0) ? { of, as } : undefined;
    }
    case 'Transpose':
      return transposed({ of, as }, attributes.get('perm')?.numbers.join(' '));
    case 'Reshape':
      return reshaped(name, { of, as }, constants.get(inputs[1] ?? '')?.values);
    default:
      return undefined;
  }
}

const FLOATS = new Set([1, 10, 11]);

/** Whether a Cast leaves values as they are, but for their precision. */
export function castKeeps(attributes: OnnxNode['attributes'], tensor?: OnnxTensor): boolean {
  const whole = tensor?.values?.every((value) => Number.isInteger(value)) ?? false;
  return whole || FLOATS.has(attributes.get('to')?.number ?? 0);
}

function transposed({ of, as }: View, perm: string | undefined): View | undefined {
  if (as === 'itself') return perm === '0 2 3 1' ? { of, as: 'nhwc' } : undefined;
  if (as === 'nhwc') return perm === '0 3 1 2' ? { of, as: 'itself' } : undefined;
  const weaves = perm === (as.mode === 'CRD' ? '0 1 4 2 5 3' : '0 3 4 1 5 2');
  return weaves && !as.woven ? { of, as: { ...as, woven: true } } : undefined;
}

/** The way in which exporters of before the operator DepthToSpace, or of other tools, write it. */
function reshaped(
  name: string,
  { of, as }: View,
  shape: Float32Array | undefined,
): View | DepthToSpaceNode | undefined {
  const [, one, two, three] = shape ?? [];
  if (as === 'itself' && shape?.length === 6 && isSide(two)) {
    if (two === three) return { of, as: { block: two, mode: 'CRD', woven: false } };
    if (two === one) return { of, as: { block: two, mode: 'DCR', woven: false } };
  }
  if (typeof as === 'string' || !as.woven || shape?.length !== 4) return undefined;
  return { op: 'depthToSpace', name, inputs: [of], block: as.block, mode: as.mode };
}

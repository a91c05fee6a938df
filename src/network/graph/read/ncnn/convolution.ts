import { square, type ConvNode, type Extent, type Node, type Pads } from '../../graph.js';
import { samePads } from '../../shapes.js';
import { withActivation } from './operators-ncnn.js';
import { only, setting, wholeSetting, type Read, type Reading } from './reading.js';

/** Layers that weigh the values of a neighbourhood. */
export const CONVOLUTION_LAYERS: Readonly<Record<string, Read>> = {
  Convolution: (reading) => convolution(reading, 1),
  ConvolutionDepthWise: (reading) => convolution(reading, wholeSetting(reading, 7, 1, 1)),

  /** On the single values that a mean gives, where it is a convolution of 1 × 1. */
  InnerProduct(reading) {
    const { height, width } = reading.shapeOf(only(reading));
    if (height !== 1 || width !== 1) throw reading.refuse('weighs whole images, which is not supported');
    const outChannels = wholeSetting(reading, 0, 0, 1);
    const weights = reading.weights.tagged(wholeSetting(reading, 2, 0, 1));
    const bias = wholeSetting(reading, 1, 0) === 0 ? undefined : reading.weights.plain(outChannels);
    return withActivation(reading, (name) => ({
      ...plainConv(reading, name, weights.length / outChannels, outChannels),
      weights,
      bias,
    }));
  },

  Deconvolution: deconvolution,
};

const SAME_UPPER = -233;
const SAME_LOWER = -234;

function convolution(reading: Reading, groups: number): Node[] {
  if (wholeSetting(reading, 8, 0) !== 0)
    throw reading.refuse('is quantised to 8 bits, which is not supported');
  if (setting(reading, 18, 0) !== 0)
    throw reading.refuse('pads with other values than 0, which is not supported');
  if (wholeSetting(reading, 19, 0) !== 0)
    throw reading.refuse('has weights that are computed, which is not supported');
  const { kernel, strides, dilations } = geometry(reading);
  const { outChannels, groupChannels, weights, bias } = weightsOf(reading, kernel);
  return withActivation(reading, (name) => ({
    ...plainConv(reading, name, groupChannels * groups, outChannels),
    kernel,
    strides,
    dilations,
    groups,
    pads: padsOf(reading, kernel, strides, dilations),
    weights,
    bias,
  }));
}

/**
 * Every output pixel of one phase of the stride weighs the same input pixels: a convolution for each phase,
 * whose results are then laid out as stride × stride pixels.
 */
function deconvolution(reading: Reading): Node[] {
  const { kernel, strides, dilations } = geometry(reading);
  const stride = strides.height;
  const [left, right, top, bottom] = paddings(reading);
  const even = [14, 15, 16, 11, 13].every((key) => reading.layer.settings.get(key) === undefined);
  const extra = [18, 19, 20, 21].some((key) => setting(reading, key, 0) !== 0);
  const plain = strides.width === stride && dilations.height === 1 && dilations.width === 1;
  const sameSides =
    even || (kernel.height === kernel.width && left === top && right === left && bottom === top);
  const side = kernel.height;
  const growth = side - 2 * left - stride;
  if (!plain || !sameSides || extra || left < 0 || growth % stride !== 0) {
    throw reading.refuse('has a stride, padding or output size that is not supported');
  }
  const { outChannels, groupChannels, weights, bias } = weightsOf(reading, kernel);
  const first = Math.ceil((left - side + 1) / stride);
  const taps = Math.floor((stride - 1 + left) / stride) - first + 1;
  const before = -first;
  const after = growth / stride + taps - 1 - before;
  if (before < 0 || after < 0) throw reading.refuse('cuts off more than it makes, which is not supported');
  const phases = stride ** 2;
  const turned = new Float32Array(outChannels * phases * groupChannels * taps ** 2);
  for (let out = 0; out < outChannels; out += 1) {
    for (let phase = 0; phase < phases; phase += 1) {
      for (let channel = 0; channel < groupChannels; channel += 1) {
        for (let tap = 0; tap < taps ** 2; tap += 1) {
          const row = Math.floor(phase / stride) + left - stride * (Math.floor(tap / taps) + first);
          const column = (phase % stride) + left - stride * ((tap % taps) + first);
          if (row < 0 || column < 0 || row >= side || column >= side) continue;
          const to = ((out * phases + phase) * groupChannels + channel) * taps ** 2 + tap;
          turned[to] = weights[((out * groupChannels + channel) * side + row) * side + column] as number;
        }
      }
    }
  }
  const phased: ConvNode = {
    ...plainConv(reading, `${reading.name}/phases`, groupChannels, outChannels * phases),
    kernel: square(taps),
    pads: { top: before, left: before, bottom: after, right: after },
    weights: turned,
    bias:
      bias &&
      Float32Array.from({ length: outChannels * phases }, (_, i) => bias[Math.floor(i / phases)] ?? 0),
  };
  const inputs = [phased.name];
  return [
    phased,
    ...withActivation(reading, (name) => ({ op: 'depthToSpace', name, inputs, block: stride, mode: 'CRD' })),
  ];
}

function plainConv(reading: Reading, name: string, inChannels: number, outChannels: number): ConvNode {
  return {
    op: 'conv',
    name,
    inputs: [only(reading)],
    inChannels,
    outChannels,
    kernel: square(1),
    strides: square(1),
    dilations: square(1),
    groups: 1,
    pads: { top: 0, left: 0, bottom: 0, right: 0 },
    weights: new Float32Array(0),
    bias: undefined,
  };
}

function geometry(reading: Reading): { kernel: Extent; strides: Extent; dilations: Extent } {
  const extent = (key: number, otherwise: number): Extent => {
    const width = wholeSetting(reading, key, otherwise, 1);
    return { height: wholeSetting(reading, key + 10, width, 1), width };
  };
  const [kernel, dilations, strides] = [extent(1, 0), extent(2, 1), extent(3, 1)];
  const sides = [kernel, dilations, strides].flatMap(({ height, width }) => [height, width]);
  if (sides.some((side) => side > 64)) throw reading.refuse('has a kernel or stride of more than 64');
  return { kernel, strides, dilations };
}

function weightsOf(reading: Reading, kernel: Extent) {
  const outChannels = wholeSetting(reading, 0, 0, 1);
  const count = wholeSetting(reading, 6, 0, 1);
  const groupChannels = count / (outChannels * kernel.height * kernel.width);
  if (!Number.isInteger(groupChannels)) throw reading.refuse(`has ${count} weights, which fit no shape`);
  const weights = reading.weights.tagged(count);
  const bias = wholeSetting(reading, 5, 0) === 0 ? undefined : reading.weights.plain(outChannels);
  return { outChannels, groupChannels, weights, bias };
}

function paddings(reading: Reading): [left: number, right: number, top: number, bottom: number] {
  const left = setting(reading, 4, 0);
  const top = setting(reading, 14, left);
  return [left, setting(reading, 15, left), top, setting(reading, 16, top)];
}

function padsOf(reading: Reading, kernel: Extent, strides: Extent, dilations: Extent): Pads | 'same' {
  const [left, right, top, bottom] = paddings(reading);
  const whole = strides.height === 1 && strides.width === 1;
  const same = samePads(kernel, dilations);
  if (left === SAME_UPPER) return whole ? same : 'same';
  if (left === SAME_LOWER && whole) {
    return { top: same.bottom, left: same.right, bottom: same.top, right: same.left };
  }
  if ([left, right, top, bottom].every((side) => Number.isInteger(side) && side >= 0 && side <= 64)) {
    return { top, left, bottom, right };
  }
  throw reading.refuse(`has the padding ${left}, which is not supported`);
}

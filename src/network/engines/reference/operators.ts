import type {
  Activation,
  DepthToSpaceNode,
  Extent,
  JoinNode,
  Node,
  Pads,
  ResampleNode,
} from '../../graph/graph.js';
import { convolved, emptyTensor, pixel, tensor, type Tensor } from './tensor.js';

/** A node whose result depends on its inputs alone. */
export type ComputedNode = Exclude<Node, { op: 'input' | 'given' | 'narrow' }>;

/** Computes one node with plain loops and double-precision sums. `inputs` are in the order of the node. */
export function compute(node: ComputedNode, inputs: readonly Tensor[]): Tensor {
  const input = inputs[0] as Tensor;
  const { channels, height, width } = input;
  switch (node.op) {
    case 'conv':
      return convolved(node, input);
    case 'activation':
      return mapped(input, () => FUNCTIONS[node.activation]);
    case 'leakyRelu':
      return mapped(input, () => (value) => (value < 0 ? value * node.slope : value));
    case 'prelu':
      return mapped(input, (c) => {
        const slope = channelValue(node.slopes, c);
        return (value) => (value < 0 ? value * slope : value);
      });
    case 'clip':
      return mapped(input, () => (value) => Math.min(node.max, Math.max(node.min, value)));
    case 'affine':
      return mapped(input, (c) => {
        const [scale, offset] = [channelValue(node.scale, c), channelValue(node.offset, c)];
        return (value) => value * scale + offset;
      });
    case 'add':
      return combined(inputs, (a, b) => a + b);
    case 'mul':
      return combined(inputs, (a, b) => a * b);
    case 'concat':
      return concatenated(inputs);
    case 'select':
      return tensor(node.channels.length, height, width, (c, y, x) =>
        pixel(input, node.channels[c] as number, y, x),
      );
    case 'upsample': {
      const { factor } = node;
      return tensor(channels, height * factor.height, width * factor.width, (c, y, x) =>
        pixel(input, c, Math.floor(y / factor.height), Math.floor(x / factor.width)),
      );
    }
    case 'resample':
      return resampled(node, input);
    case 'depthToSpace':
      return depthToSpace(node, input);
    case 'pad': {
      const { top, left, bottom, right } = node.pads;
      return tensor(channels, height + top + bottom, width + left + right, (c, y, x) =>
        pixel(input, c, clamped(y - top, height), clamped(x - left, width)),
      );
    }
    case 'crop':
      return cropped(input, node.edges);
    case 'take': {
      const { side, lines } = node;
      const all = { top: 0, left: 0, bottom: 0, right: 0 };
      const rows = { ...all, [side === 'top' ? 'bottom' : 'top']: height - lines };
      const columns = { ...all, [side === 'left' ? 'right' : 'left']: width - lines };
      return cropped(input, side === 'top' || side === 'bottom' ? rows : columns);
    }
    case 'transpose':
      return tensor(channels, width, height, (c, y, x) => pixel(input, c, x, y));
    case 'unroll': {
      const depth = channels / node.rows;
      return tensor(depth, node.rows, width, (c, y, x) => pixel(input, y * depth + c, 0, x));
    }
    case 'join':
      return joined(node, inputs);
    case 'mean': {
      const area = height * width;
      return tensor(channels, 1, 1, (c) => {
        let sum = 0;
        for (let at = c * area; at < (c + 1) * area; at += 1) sum += input.values[at] as number;
        return sum / area;
      });
    }
  }
}

export function cropped(input: Tensor, { top, left, bottom, right }: Pads): Tensor {
  const { channels, height, width } = input;
  return tensor(channels, height - top - bottom, width - left - right, (c, y, x) =>
    pixel(input, c, y + top, x + left),
  );
}

/** @param of returns the function for the values of a channel */
function mapped(input: Tensor, of: (channel: number) => (value: number) => number): Tensor {
  const { channels, height, width, values } = input;
  const result = emptyTensor(channels, height, width);
  for (let c = 0, at = 0; c < channels; c += 1) {
    const change = of(c);
    for (const end = at + height * width; at < end; at += 1) result.values[at] = change(values[at] as number);
  }
  return result;
}

/** Combines tensors; all but the first may have a single value per channel. */
function combined([first, ...others]: readonly Tensor[], combine: (a: number, b: number) => number): Tensor {
  const { channels, height, width, values } = first as Tensor;
  const result = { channels, height, width, values: values.slice() };
  for (const other of others) {
    const each = other.height * other.width === 1 ? height * width : 1;
    for (let at = 0; at < values.length; at += 1) {
      const operand = other.values[Math.floor(at / each)] as number;
      result.values[at] = combine(result.values[at] as number, operand);
    }
  }
  return result;
}

function concatenated(inputs: readonly Tensor[]): Tensor {
  const { height, width } = inputs[0] as Tensor;
  const result = emptyTensor(
    inputs.reduce((sum, { channels }) => sum + channels, 0),
    height,
    width,
  );
  let at = 0;
  for (const { values } of inputs) {
    result.values.set(values, at);
    at += values.length;
  }
  return result;
}

function depthToSpace({ block, mode }: DepthToSpaceNode, input: Tensor): Tensor {
  const depth = input.channels / block ** 2;
  return tensor(depth, input.height * block, input.width * block, (c, y, x) => {
    const inBlock = (y % block) * block + (x % block);
    const channel = mode === 'DCR' ? inBlock * depth + c : c * block ** 2 + inBlock;
    return pixel(input, channel, Math.floor(y / block), Math.floor(x / block));
  });
}

function joined({ axis }: JoinNode, inputs: readonly Tensor[]): Tensor {
  const { channels, height, width } = inputs[0] as Tensor;
  const total = inputs.reduce((sum, each) => sum + each[axis], 0);
  const size: Extent = { height, width, [axis]: total };
  // the input and its line for each row or column of the result
  const lines = inputs.flatMap((each) => Array.from({ length: each[axis] }, (_, line) => ({ each, line })));
  return tensor(channels, size.height, size.width, (c, y, x) => {
    const { each, line } = lines[axis === 'height' ? y : x] as (typeof lines)[number];
    return axis === 'height' ? pixel(each, c, line, x) : pixel(each, c, y, line);
  });
}

/** Resamples columns, then rows. */
function resampled({ factor, kernel }: ResampleNode, input: Tensor): Tensor {
  const { channels, height, width } = input;
  const columns = tapsOf(kernel, factor.width, width);
  const rows = tapsOf(kernel, factor.height, height);
  const wide = tensor(channels, height, columns.length, (c, y, x) =>
    sumOf(columns[x] ?? [], (from) => pixel(input, c, y, from)),
  );
  return tensor(channels, rows.length, columns.length, (c, y, x) =>
    sumOf(rows[y] ?? [], (from) => pixel(wide, c, from, x)),
  );
}

interface Tap {
  readonly from: number;
  readonly weight: number;
}

function sumOf(taps: readonly Tap[], value: (from: number) => number): number {
  let sum = 0;
  for (const { from, weight } of taps) sum += weight * value(from);
  return sum;
}

/** Returns the taps of each position along an axis; positions beyond the border use the nearest one. */
function tapsOf(kernel: ResampleNode['kernel'], factor: number, size: number): Tap[][] {
  const offsets = kernel === 'linear' ? [0, 1] : [-1, 0, 1, 2];
  const weightAt = kernel === 'linear' ? (d: number) => Math.max(0, 1 - Math.abs(d)) : keysCubic;
  return Array.from({ length: Math.floor(size * factor) }, (_, i) => {
    const centre = (i + 0.5) / factor - 0.5;
    return offsets.map((offset) => {
      const at = Math.floor(centre) + offset;
      return { from: clamped(at, size), weight: weightAt(centre - at) };
    });
  });
}

/** Keys' cubic with a = -0.75. */
function keysCubic(distance: number): number {
  const [a, d] = [-0.75, Math.abs(distance)];
  if (d < 1) return (a + 2) * d ** 3 - (a + 3) * d ** 2 + 1;
  return d < 2 ? a * d ** 3 - 5 * a * d ** 2 + 8 * a * d - 4 * a : 0;
}

function clamped(at: number, size: number): number {
  return Math.min(size - 1, Math.max(0, at));
}

/** Returns the value for a channel, from one value per channel or a single one. */
function channelValue(values: Float32Array, channel: number): number {
  return values[values.length === 1 ? 0 : channel] as number;
}

const FUNCTIONS: Record<Activation, (x: number) => number> = {
  relu: (x) => Math.max(0, x),
  sigmoid: (x) => 1 / (1 + Math.exp(-x)),
  tanh: Math.tanh,
  elu: (x) => (x < 0 ? Math.exp(x) - 1 : x),
  softplus: (x) => Math.log(1 + Math.exp(x)),
  softsign: (x) => x / (1 + Math.abs(x)),
  sqrt: Math.sqrt,
};

import type { ConvNode, Graph, Node, Pads, QuantizeNode, ResampleNode } from '../../src/graph/graph.js';

/** channels × height × width values. */
export interface Tensor {
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  readonly values: Float64Array;
}

/**
 * Evaluates a graph by the plainest loops, in double precision: what the other ways are checked against.
 * @param givens values of the nodes that are handed in, by name
 */
export function evaluate(
  graph: Graph,
  input: Tensor,
  givens: ReadonlyMap<string, Tensor> = new Map(),
): Tensor {
  const values = new Map(givens);
  for (const node of graph.nodes) {
    if (node.op === 'given') continue;
    const inputs = node.inputs.map((name) => values.get(name)!);
    values.set(node.name, node.op === 'input' ? input : evaluateNode(node, inputs));
  }
  return values.get(graph.output)!;
}

export function tensor(
  channels: number,
  height: number,
  width: number,
  value: (channel: number, y: number, x: number) => number,
): Tensor {
  const values = new Float64Array(channels * height * width);
  let at = 0;
  for (let c = 0; c < channels; c += 1) {
    for (let y = 0; y < height; y += 1) {
      for (let x = 0; x < width; x += 1) values[at++] = value(c, y, x);
    }
  }
  return { channels, height, width, values };
}

/** 0 outside. */
export function pixel({ height, width, values }: Tensor, channel: number, y: number, x: number): number {
  if (y < 0 || x < 0 || y >= height || x >= width) return 0;
  return values[(channel * height + y) * width + x]!;
}

function nearest(input: Tensor, channel: number, y: number, x: number): number {
  const within = (at: number, size: number) => Math.min(size - 1, Math.max(0, at));
  return pixel(input, channel, within(y, input.height), within(x, input.width));
}

function resample({ factor, kernel }: ResampleNode, input: Tensor): Tensor {
  const taps = kernel === 'linear' ? [0, 1] : [-1, 0, 1, 2];
  const weight = kernel === 'linear' ? (d: number) => Math.max(0, 1 - Math.abs(d)) : keys;
  const [height, width] = [Math.floor(input.height * factor.height), Math.floor(input.width * factor.width)];
  return tensor(input.channels, height, width, (c, y, x) => {
    const [fromY, fromX] = [(y + 0.5) / factor.height - 0.5, (x + 0.5) / factor.width - 0.5];
    let sum = 0;
    for (const row of taps.map((tap) => Math.floor(fromY) + tap)) {
      for (const column of taps.map((tap) => Math.floor(fromX) + tap)) {
        sum += weight(fromY - row) * weight(fromX - column) * nearest(input, c, row, column);
      }
    }
    return sum;
  });
}

/** Keys' cubic with a = -0.75. */
function keys(distance: number): number {
  const [a, d] = [-0.75, Math.abs(distance)];
  if (d < 1) return (a + 2) * d ** 3 - (a + 3) * d ** 2 + 1;
  return d < 2 ? a * d ** 3 - 5 * a * d ** 2 + 8 * a * d - 4 * a : 0;
}

function nearestLevel({ scale, zeroPoint }: QuantizeNode, value: number): number {
  return scale * (Math.min(255, Math.max(0, Math.round(value / scale) + zeroPoint)) - zeroPoint);
}

function evaluateNode(node: Node, [first, ...others]: readonly Tensor[]): Tensor {
  const input = first!;
  const map = (f: (value: number, channel: number) => number) =>
    tensor(input.channels, input.height, input.width, (c, y, x) => f(pixel(input, c, y, x), c));
  const combine = (f: (a: number, b: number) => number) =>
    others.reduce(
      (sum, other) =>
        tensor(sum.channels, sum.height, sum.width, (c, y, x) =>
          f(
            pixel(sum, c, y, x),
            other.values.length === other.channels ? other.values[c]! : pixel(other, c, y, x),
          ),
        ),
      input,
    );
  const perChannel = (values: Float32Array, channel: number) => values[values.length === 1 ? 0 : channel]!;

  switch (node.op) {
    case 'input':
      return input;
    case 'conv':
      return convolve(node, input);
    case 'activation':
      return map(FUNCTIONS[node.activation]);
    case 'leakyRelu':
      return map((value) => (value < 0 ? value * node.slope : value));
    case 'prelu':
      return map((value, c) => (value < 0 ? value * node.slopes[c]! : value));
    case 'clip':
      return map((value) => Math.min(node.max, Math.max(node.min, value)));
    case 'affine':
      return map((value, c) => value * perChannel(node.scale, c) + perChannel(node.offset, c));
    case 'add':
      return combine((a, b) => a + b);
    case 'mul':
      return combine((a, b) => a * b);
    case 'concat': {
      const all = [input, ...others].flatMap((t) =>
        Array.from({ length: t.channels }, (_, c) => [t, c] as const),
      );
      return tensor(all.length, input.height, input.width, (c, y, x) => pixel(...all[c]!, y, x));
    }
    case 'upsample': {
      const { height, width } = node.factor;
      return tensor(input.channels, input.height * height, input.width * width, (c, y, x) =>
        pixel(input, c, Math.floor(y / height), Math.floor(x / width)),
      );
    }
    case 'depthToSpace': {
      const { block, mode } = node;
      const depth = input.channels / block ** 2;
      return tensor(depth, input.height * block, input.width * block, (c, y, x) => {
        const within = (y % block) * block + (x % block);
        const channel = mode === 'DCR' ? within * depth + c : c * block ** 2 + within;
        return pixel(input, channel, Math.floor(y / block), Math.floor(x / block));
      });
    }
    case 'narrow':
      return input;
    case 'quantize':
      return map((value) => nearestLevel(node, value));
    case 'select':
      return tensor(node.channels.length, input.height, input.width, (c, y, x) =>
        pixel(input, node.channels[c]!, y, x),
      );
    case 'resample':
      return resample(node, input);
    case 'pad': {
      const { top, left, bottom, right } = node.pads;
      return tensor(input.channels, input.height + top + bottom, input.width + left + right, (c, y, x) =>
        nearest(input, c, y - top, x - left),
      );
    }
    case 'crop': {
      const { top, left, bottom, right } = node.edges;
      return tensor(input.channels, input.height - top - bottom, input.width - left - right, (c, y, x) =>
        pixel(input, c, y + top, x + left),
      );
    }
    case 'take': {
      const { side, lines } = node;
      const high = side === 'top' || side === 'bottom';
      const [rows, columns] = high ? [lines, input.width] : [input.height, lines];
      const from = { top: 0, left: 0, bottom: input.height - lines, right: input.width - lines }[side];
      return tensor(input.channels, rows, columns, (c, y, x) =>
        high ? pixel(input, c, y + from, x) : pixel(input, c, y, x + from),
      );
    }
    case 'transpose':
      return tensor(input.channels, input.width, input.height, (c, y, x) => pixel(input, c, x, y));
    case 'unroll': {
      const depth = input.channels / node.rows;
      return tensor(depth, node.rows, input.width, (c, y, x) => pixel(input, y * depth + c, 0, x));
    }
    case 'join': {
      const all = [input, ...others];
      const total = (size: (t: Tensor) => number) => all.reduce((sum, t) => sum + size(t), 0);
      if (node.axis === 'height') {
        const rows = all.flatMap((t) => Array.from({ length: t.height }, (_, y) => [t, y] as const));
        return tensor(
          input.channels,
          total((t) => t.height),
          input.width,
          (c, y, x) => pixel(rows[y]![0], c, rows[y]![1], x),
        );
      }
      const columns = all.flatMap((t) => Array.from({ length: t.width }, (_, x) => [t, x] as const));
      return tensor(
        input.channels,
        input.height,
        total((t) => t.width),
        (c, y, x) => pixel(columns[x]![0], c, y, columns[x]![1]),
      );
    }
    case 'mean': {
      const area = input.height * input.width;
      const mean = (c: number) =>
        input.values.subarray(c * area, (c + 1) * area).reduce((a, b) => a + b) / area;
      return tensor(input.channels, 1, 1, mean);
    }
    case 'given':
      throw new Error('A given value is not in the graph.');
  }
}

const FUNCTIONS = {
  relu: (x: number) => Math.max(0, x),
  sigmoid: (x: number) => 1 / (1 + Math.exp(-x)),
  tanh: Math.tanh,
  elu: (x: number) => (x < 0 ? Math.exp(x) - 1 : x),
  softplus: (x: number) => Math.log(1 + Math.exp(x)),
  softsign: (x: number) => x / (1 + Math.abs(x)),
  sqrt: Math.sqrt,
};

function convolve(node: ConvNode, input: Tensor): Tensor {
  const { kernel, strides, dilations, groups, weights, bias, inChannels, outChannels } = node;
  const pads = node.pads === 'same' ? padsForSame(node, input) : node.pads;
  const rows = input.height + pads.top + pads.bottom - (kernel.height - 1) * dilations.height;
  const columns = input.width + pads.left + pads.right - (kernel.width - 1) * dilations.width;
  const perGroup = inChannels / groups;
  return tensor(
    outChannels,
    Math.ceil(rows / strides.height),
    Math.ceil(columns / strides.width),
    (out, y, x) => {
      const firstChannel = Math.floor(out / (outChannels / groups)) * perGroup;
      let sum = bias?.[out] ?? 0;
      for (let c = 0; c < perGroup; c += 1) {
        for (let row = 0; row < kernel.height; row += 1) {
          for (let column = 0; column < kernel.width; column += 1) {
            const weight = weights[((out * perGroup + c) * kernel.height + row) * kernel.width + column]!;
            const fromY = y * strides.height + row * dilations.height - pads.top;
            const fromX = x * strides.width + column * dilations.width - pads.left;
            sum += weight * pixel(input, firstChannel + c, fromY, fromX);
          }
        }
      }
      return sum;
    },
  );
}

function padsForSame({ kernel, strides, dilations }: ConvNode, { height, width }: Tensor): Pads {
  const missing = (size: number, stride: number, taps: number, dilation: number) =>
    Math.max(0, (Math.ceil(size / stride) - 1) * stride + (taps - 1) * dilation + 1 - size);
  const rows = missing(height, strides.height, kernel.height, dilations.height);
  const columns = missing(width, strides.width, kernel.width, dilations.width);
  const [top, left] = [Math.floor(rows / 2), Math.floor(columns / 2)];
  return { top, left, bottom: rows - top, right: columns - left };
}

import { axisOf, type ConvNode, type Extent, type Graph, type Node, type Pads } from './graph.js';
import { damaged, known } from './order.js';

export interface Shape extends Extent {
  readonly channels: number;
}

/** So large that the border does not count, and divisible by any stride. */
export const LARGE_SIDE_PX = 5040;

/**
 * Shapes for an input of `LARGE_SIDE_PX` in height and width.
 * @throws SrganError E_MODEL
 */
export function largeShapesOf(title: string, graph: Graph): Map<string, Shape> {
  return shapesOf(title, graph, { height: LARGE_SIDE_PX, width: LARGE_SIDE_PX });
}

/**
 * Shape of every node for an input of `size`.
 * @throws SrganError E_MODEL where shapes or weights do not fit each other
 */
export function shapesOf(title: string, graph: Graph, size: Extent): Map<string, Shape> {
  const shapes = new Map<string, Shape>();
  for (const node of graph.nodes) {
    const inputs = node.inputs.map((name) => known(shapes, name));
    const shape = shapeOf(title, node, inputs, size);
    if (shape.height < 1 || shape.width < 1 || shape.channels < 1) {
      throw damaged(title, `nothing is left after layer '${node.name}'`);
    }
    shapes.set(node.name, shape);
  }
  return shapes;
}

function shapeOf(title: string, node: Node, inputs: readonly Shape[], size: Extent): Shape {
  const mismatch = (what: string) => damaged(title, `${what} of layer '${node.name}' do not fit`);
  if (node.op === 'input') return { channels: node.channels, height: size.height, width: size.width };
  if (node.op === 'given') return { channels: node.channels, height: 1, width: 1 };
  const [first, ...others] = inputs;
  if (!first) throw mismatch('the inputs');
  const sameSize = others.every(({ height, width }) => height === first.height && width === first.width);
  const sameChannels = others.every(({ channels }) => channels === first.channels);

  switch (node.op) {
    case 'conv': {
      if (node.inChannels !== first.channels) throw mismatch('the channels');
      if (!weightsFit(node)) throw mismatch('the weights');
      return { channels: node.outChannels, ...convolvedSize(node, first) };
    }
    case 'prelu':
      if (node.slopes.length !== first.channels) throw mismatch('the weights');
      return first;
    case 'affine':
      for (const { length } of [node.scale, node.offset]) {
        if (length !== 1 && length !== first.channels) throw mismatch('the weights');
      }
      return first;
    case 'activation':
    case 'leakyRelu':
    case 'clip':
    case 'narrow':
      return first;
    case 'add':
    case 'mul': {
      const fits = ({ height, width }: Shape) =>
        (height === first.height && width === first.width) || (height === 1 && width === 1);
      if (!sameChannels || !others.every(fits)) throw mismatch('the inputs');
      return first;
    }
    case 'concat':
      if (!sameSize) throw mismatch('the inputs');
      return { ...first, channels: inputs.reduce((sum, { channels }) => sum + channels, 0) };
    case 'upsample': {
      const { height, width } = node.factor;
      return { ...first, height: first.height * height, width: first.width * width };
    }
    case 'depthToSpace': {
      const { block } = node;
      if (first.channels % (block * block) !== 0) throw mismatch('the channels');
      const channels = first.channels / (block * block);
      return { channels, height: first.height * block, width: first.width * block };
    }
    case 'resample': {
      const { height, width } = node.factor;
      return {
        ...first,
        height: Math.floor(first.height * height),
        width: Math.floor(first.width * width),
      };
    }
    case 'select':
      if (node.channels.some((channel) => channel >= first.channels)) throw mismatch('the channels');
      return { ...first, channels: node.channels.length };
    case 'pad':
      return around(first, node.pads, 1);
    case 'crop':
      return around(first, node.edges, -1);
    case 'take': {
      const axis = axisOf(node.side);
      if (first[axis] < node.lines) throw mismatch('the inputs');
      return { ...first, [axis]: node.lines };
    }
    case 'transpose':
      return { ...first, height: first.width, width: first.height };
    case 'unroll':
      if (first.height !== 1 || first.channels % node.rows !== 0) throw mismatch('the channels');
      return { ...first, channels: first.channels / node.rows, height: node.rows };
    case 'join': {
      const other = node.axis === 'height' ? 'width' : 'height';
      if (!sameChannels || !others.every((shape) => shape[other] === first[other]))
        throw mismatch('the inputs');
      return { ...first, [node.axis]: inputs.reduce((sum, shape) => sum + shape[node.axis], 0) };
    }
    case 'mean':
      return { ...first, height: 1, width: 1 };
  }
}

function around({ channels, height, width }: Shape, pads: Pads, sign: 1 | -1): Shape {
  return {
    channels,
    height: height + sign * (pads.top + pads.bottom),
    width: width + sign * (pads.left + pads.right),
  };
}

function weightsFit({ inChannels, outChannels, groups, kernel, weights, bias }: ConvNode): boolean {
  if (inChannels % groups !== 0 || outChannels % groups !== 0) return false;
  const expected = outChannels * (inChannels / groups) * kernel.height * kernel.width;
  return weights.length === expected && (bias === undefined || bias.length === outChannels);
}

function convolvedSize(node: ConvNode, { height, width }: Extent): Extent {
  const { kernel, strides, dilations, pads } = node;
  if (pads === 'same') {
    return { height: Math.ceil(height / strides.height), width: Math.ceil(width / strides.width) };
  }
  const along = (size: number, padding: number, taps: number, dilation: number, stride: number) =>
    Math.floor((size + padding - (taps - 1) * dilation - 1) / stride) + 1;
  return {
    height: along(height, pads.top + pads.bottom, kernel.height, dilations.height, strides.height),
    width: along(width, pads.left + pads.right, kernel.width, dilations.width, strides.width),
  };
}

/** The zeros that `same` means with stride 1. */
export function samePads(kernel: Extent, dilations: Extent): Pads {
  const rows = (kernel.height - 1) * dilations.height;
  const columns = (kernel.width - 1) * dilations.width;
  const top = Math.floor(rows / 2);
  const left = Math.floor(columns / 2);
  return { top, left, bottom: rows - top, right: columns - left };
}

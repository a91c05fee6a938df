import { NO_PADS, square, type AffineNode, type Graph, type Node, type PreluNode } from '../graph.js';
import { graphOf, known } from '../order.js';
import { largeShapesOf } from '../shapes.js';

/**
 * The same network in operators that onnxruntime has for tensors whose channels lie in blocks of 16, as its
 * convolutions want them; before and after any other operator a tensor is laid out anew.
 */
export function inBlockedLayout(title: string, graph: Graph): Graph {
  const shapes = largeShapesOf(title, graph);
  const nodes = graph.nodes.flatMap((node): Node[] => {
    if (node.op === 'prelu') return asSum(node);
    return node.op === 'affine' ? [byChannel(node, known(shapes, node.name).channels)] : [node];
  });
  return graphOf(title, nodes, graph.output);
}

/** a · x + (1 - a) · relu(x). As an operator of its own it takes twice the time, and the layout is lost. */
function asSum({ name, inputs, slopes }: PreluNode): Node[] {
  const positive = `${name}/positive`;
  return [
    { op: 'activation', name: positive, inputs, activation: 'relu' },
    scaled(`${name}/0`, inputs, slopes),
    scaled(
      `${name}/1`,
      [positive],
      slopes.map((slope) => 1 - slope),
    ),
    { op: 'add', name, inputs: [`${name}/0`, `${name}/1`] },
  ];
}

function scaled(name: string, inputs: readonly string[], scale: Float32Array): Node {
  const channels = scale.length;
  return {
    op: 'conv',
    name,
    inputs,
    inChannels: channels,
    outChannels: channels,
    kernel: square(1),
    strides: square(1),
    dilations: square(1),
    groups: channels,
    pads: NO_PADS,
    weights: scale,
    bias: undefined,
  };
}

/** What is stated for each channel is made a part of the convolution before. */
function byChannel(node: AffineNode, channels: number): AffineNode {
  const spread = (values: Float32Array) =>
    values.length === channels ? values : new Float32Array(channels).fill(values[0] ?? 0);
  return { ...node, scale: spread(node.scale), offset: spread(node.offset) };
}

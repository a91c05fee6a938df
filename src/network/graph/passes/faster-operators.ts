import {
  NO_PADS,
  square,
  type AffineNode,
  type Graph,
  type Node,
  type PreluNode,
  type ResampleNode,
} from '../graph.js';
import { graphOf, known } from '../order.js';
import { largeShapesOf, shapesOf, type Shape } from '../shapes.js';
import { fraction } from '../../../system/measures.js';

/**
 * Rewrites a network in operators that onnxruntime supports on tensors with channels in blocks of 16, the layout of its
 * convolutions; any other operator causes a conversion of the layout before and after it.
 */
export function inBlockedLayout(title: string, graph: Graph): Graph {
  const shapes = largeShapesOf(title, graph);
  const nodes = graph.nodes.flatMap((node): Node[] => {
    if (node.op === 'prelu') return asSum(node);
    return node.op === 'affine' ? [byChannel(node, known(shapes, node.name).channels)] : [node];
  });
  return graphOf(title, nodes, graph.output);
}

/** a · x + (1 - a) · relu(x). The PRelu operator takes twice the time and leaves the blocked layout. */
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

/** Merges an operation per channel into the convolution before it. */
function byChannel(node: AffineNode, channels: number): AffineNode {
  const spread = (values: Float32Array) =>
    values.length === channels ? values : new Float32Array(channels).fill(values[0] ?? 0);
  return { ...node, scale: spread(node.scale), offset: spread(node.offset) };
}

/** Filters of one axis: for each of `phases` results, the weights of the positions from `first`. */
interface Filters {
  readonly first: number;
  readonly taps: readonly (readonly number[])[];
}

/** Image sides for which tensors are tested for being multiples of a number. */
const BLOCKS = [7, 8, 9];

/**
 * Replaces resampling by a fraction with a convolution that has one filter per phase, followed by a rearrangement, since
 * the runtime's own resampling takes 8 ns per value. Only where the size of the tensor is a multiple of the fraction's
 * denominator for every image, so that all phases occur equally often.
 */
export function resampleAsConv(title: string, graph: Graph, alignPx: number): Graph {
  const shapes = BLOCKS.map((blocks) => shapesOf(title, graph, square(alignPx * blocks)));
  const nodes = graph.nodes.flatMap((node) =>
    node.op === 'resample'
      ? (convolved(
          node,
          shapes.map((each) => known(each, node.inputs[0] ?? '')),
        ) ?? [node])
      : [node],
  );
  return graphOf(title, nodes, graph.output);
}

function convolved(node: ResampleNode, inputs: readonly Shape[]): Node[] | undefined {
  const { name, factor, kernel } = node;
  const [places, step] = fraction(factor.height);
  const divisible = inputs.every(({ height, width }) => height % step === 0 && width % step === 0);
  if (factor.height !== factor.width || !divisible) return undefined;
  const { first, taps } = filtersOf(places, step, WEIGHTS[kernel]);
  const side = taps[0]?.length ?? 1;
  const before = Math.max(0, -first);
  const after = Math.max(0, first + side - step);
  const { channels } = inputs[0] as Shape;
  const filters = taps.flatMap((down) =>
    taps.flatMap((across) => down.flatMap((y) => across.map((x) => y * x))),
  );
  const padded = `${name}/padded`;
  const placed = places === 1 ? name : `${name}/places`;
  const nodes: Node[] = [
    {
      op: 'pad',
      name: padded,
      inputs: node.inputs,
      pads: { top: before, left: before, bottom: after, right: after },
    },
    {
      op: 'conv',
      name: placed,
      inputs: [padded],
      inChannels: channels,
      outChannels: channels * places ** 2,
      kernel: square(side),
      strides: square(step),
      dilations: square(1),
      groups: channels,
      pads: NO_PADS,
      weights: Float32Array.from(Array.from({ length: channels }, () => filters).flat()),
      bias: undefined,
    },
  ];
  if (places > 1) nodes.push({ op: 'depthToSpace', name, inputs: [placed], block: places, mode: 'CRD' });
  return nodes;
}

/** Weights of the positions around a result that lies `t` after the second of four. */
const WEIGHTS = {
  linear: (t: number) => [0, 1 - t, t, 0],
  cubic: (t: number) => [cubic(1 + t), cubic(t), cubic(1 - t), cubic(2 - t)],
} as const;

/** Keys' kernel with a = -0.75. */
function cubic(d: number): number {
  const a = -0.75;
  if (d < 1) return (a + 2) * d ** 3 - (a + 3) * d ** 2 + 1;
  return a * (d ** 3 - 5 * d ** 2 + 8 * d - 4);
}

function filtersOf(places: number, step: number, weightsAt: (t: number) => readonly number[]): Filters {
  const found = Array.from({ length: places }, (_, place) => {
    const centre = ((place + 0.5) * step) / places - 0.5;
    const below = Math.floor(centre);
    return { from: below - 1, weights: weightsAt(centre - below) };
  });
  // only as far as there are weights
  const used = found.flatMap(({ from, weights }) =>
    weights.flatMap((weight, i) => (weight === 0 ? [] : [from + i])),
  );
  const [first, last] = [Math.min(0, ...used), Math.max(step - 1, ...used)];
  const taps = found.map(({ from, weights }) =>
    Array.from({ length: last - first + 1 }, (_, tap) => weights[first + tap - from] ?? 0),
  );
  return { first, taps };
}

import { square, type ConvNode, type Graph, type Node } from '../../src/network/graph/graph.js';
import { withMargins } from '../../src/network/graph/receptive-field.js';
import { graphOf } from '../../src/network/graph/order.js';
import { openGraph, rgbByFormat } from '../../src/network/models/file/open-graph.js';
import { UNIT } from '../../src/network/models/probe/probe-ranges.js';
import { conv } from '../network/graph/random-graph.js';
import { randomValues } from './random.js';

/** With weights that keep values about as large as they are. */
function mild(node: ConvNode): ConvNode {
  const taps = node.weights.length / node.outChannels;
  return { ...node, weights: node.weights.map((weight) => (3 * weight) / Math.sqrt(taps)) };
}

type Next = () => number;

/** Layers one after the other with a slope for each channel, shuffled to 4 times the size, made smaller again. */
export function deepGraph(next: Next, layers: number, smaller: number): Graph {
  const nodes: Node[] = [{ op: 'input', name: 'x', inputs: [], channels: 3 }];
  let last = 'x';
  for (let i = 0; i < layers; i += 1) {
    const [sum, name] = [`sum ${i}`, `layer ${i}`];
    nodes.push(mild(conv(sum, last, [i === 0 ? 3 : 16, 16], 3, next)));
    nodes.push({ op: 'prelu', name, inputs: [sum], slopes: randomValues(next, 16, -1, 1.5) });
    last = name;
  }
  nodes.push(mild(conv('phases', last, [16, 48], 3, next)));
  nodes.push({ op: 'depthToSpace', name: 'large', inputs: ['phases'], block: 4, mode: 'CRD' });
  nodes.push({ op: 'upsample', name: 'repeated', inputs: ['x'], factor: square(4) });
  nodes.push({ op: 'add', name: 'whole', inputs: ['large', 'repeated'] });
  nodes.push({ op: 'resample', name: 'y', inputs: ['whole'], kernel: 'cubic', factor: square(smaller) });
  return graphOf('deep', nodes, 'y');
}

/** Unpadded layers on an image whose border pixels are repeated, one of them at half the resolution. */
export function unpaddedGraph(next: Next): Graph {
  const unpadded = (
    name: string,
    input: string,
    channels: [number, number],
    side: number,
    stride = 1,
  ): Node => ({
    ...mild(conv(name, input, channels, side, next)),
    strides: square(stride),
    pads: { top: 0, left: 0, bottom: 0, right: 0 },
  });
  const nodes: Node[] = [
    { op: 'input', name: 'x', inputs: [], channels: 3 },
    unpadded('first', 'x', [3, 16], 3),
    unpadded('down', 'first', [16, 16], 2, 2),
    unpadded('low', 'down', [16, 16], 3),
    { op: 'leakyRelu', name: 'relu', inputs: ['low'], slope: 0.1 },
    conv('phases', 'relu', [16, 64], 1, next),
    { op: 'depthToSpace', name: 'up', inputs: ['phases'], block: 2, mode: 'CRD' },
    { op: 'crop', name: 'middle', inputs: ['first'], edges: { top: 2, left: 2, bottom: 2, right: 2 } },
    { op: 'add', name: 'sum', inputs: ['up', 'middle'] },
    unpadded('second', 'sum', [16, 16], 5),
    unpadded('colours', 'second', [16, 12], 3),
    { op: 'depthToSpace', name: 'y', inputs: ['colours'], block: 2, mode: 'CRD' },
  ];
  return withMargins('unpadded', graphOf('unpadded', nodes, 'y'));
}

/** As a network of a file. */
export async function networkOf(graph: Graph) {
  const opened = await openGraph({ file: 'test.bin', graph, known: rgbByFormat(UNIT) }, true);
  return opened.load();
}

import {
  ACTIVATIONS,
  NO_PADS,
  square,
  type ConvNode,
  type Graph,
  type Node,
} from '../../../src/network/graph/graph.js';
import { graphOf } from '../../../src/network/graph/order.js';
import { samePads } from '../../../src/network/graph/shapes.js';
import { randomValues } from '../../helpers/random.js';

type Next = () => number;

/** A graph of one input, one node of interest, and nothing else. */
export function around(node: Node, channels: number, extra: readonly Node[] = []): Graph {
  const input: Node = { op: 'input', name: 'x', inputs: [], channels };
  return graphOf('test', [input, ...extra, node], node.name);
}

export function conv(
  name: string,
  input: string,
  channels: [number, number],
  side: number,
  next: Next,
): ConvNode {
  const [inChannels, outChannels] = channels;
  return {
    op: 'conv',
    name,
    inputs: [input],
    inChannels,
    outChannels,
    kernel: square(side),
    strides: square(1),
    dilations: square(1),
    groups: 1,
    pads: samePads(square(side), square(1)),
    weights: randomValues(next, inChannels * outChannels * side * side, -0.5, 0.5),
    bias: randomValues(next, outChannels, -0.5, 0.5),
  };
}

/** One graph for every kind of node and every way that it can be set. */
export function graphsOfEveryNode(next: Next): Record<string, Graph> {
  const plain = conv('y', 'x', [4, 6], 3, next);
  const values = (length: number) => randomValues(next, length, -1, 1);
  const one = { name: 'y', inputs: ['x'] };
  const other: Node = { op: 'activation', name: 'a', inputs: ['x'], activation: 'tanh' };
  const same: Node = {
    op: 'affine',
    name: 'p',
    inputs: ['x'],
    scale: Float32Array.of(1),
    offset: Float32Array.of(0),
  };
  const positive: Node = { op: 'mul', name: 'p', inputs: ['x', 'x'] };
  const two = { name: 'y', inputs: ['x', 'a'] };
  const grouped = { groups: 2, weights: values(6 * 2 * 9) };
  const oblong = { kernel: { height: 2, width: 5 }, pads: samePads({ height: 2, width: 5 }, square(1)) };
  return {
    'conv, same': around(plain, 4),
    'conv, valid': around({ ...plain, pads: NO_PADS }, 4),
    'conv, uneven pads': around({ ...plain, pads: { top: 2, left: 0, bottom: 1, right: 3 } }, 4),
    'conv, no bias': around({ ...plain, bias: undefined }, 4),
    'conv, groups': around({ ...plain, ...grouped }, 4),
    'conv, dilated': around({ ...plain, dilations: square(2), pads: samePads(square(3), square(2)) }, 4),
    'conv, oblong': around({ ...plain, ...oblong, weights: values(6 * 4 * 10) }, 4),
    'conv, stride 2, valid': around({ ...plain, strides: square(2), pads: NO_PADS }, 4),
    'conv, stride 2, same': around({ ...plain, strides: square(2), pads: 'same' }, 4),
    'conv, stride 3 × 2, same': around({ ...plain, strides: { height: 3, width: 2 }, pads: 'same' }, 4),
    ...Object.fromEntries(
      ACTIVATIONS.map((activation) => [
        activation,
        around({ op: 'activation', name: 'y', inputs: ['p'], activation }, 4, [
          activation === 'sqrt' ? positive : same,
        ]),
      ]),
    ),
    leakyRelu: around({ ...one, op: 'leakyRelu', slope: 0.25 }, 4),
    prelu: around({ ...one, op: 'prelu', slopes: values(4) }, 4),
    clip: around({ ...one, op: 'clip', min: -0.5, max: 0.25 }, 4),
    'clip, above only': around({ ...one, op: 'clip', min: -Infinity, max: 0.25 }, 4),
    'clip, below only': around({ ...one, op: 'clip', min: -0.25, max: Infinity }, 4),
    'affine, one': around({ ...one, op: 'affine', scale: values(1), offset: values(1) }, 4),
    'affine, by channel': around({ ...one, op: 'affine', scale: values(4), offset: values(4) }, 4),
    add: around({ ...two, op: 'add' }, 4, [other]),
    'add, three': around({ op: 'add', name: 'y', inputs: ['x', 'a', 'x'] }, 4, [other]),
    mul: around({ ...two, op: 'mul' }, 4, [other]),
    concat: around({ ...two, op: 'concat' }, 4, [other]),
    upsample: around({ ...one, op: 'upsample', factor: square(3) }, 4),
    'upsample, oblong': around({ ...one, op: 'upsample', factor: { height: 2, width: 3 } }, 4),
    'resample, linear': around({ ...one, op: 'resample', kernel: 'linear', factor: square(4) }, 2),
    'resample, cubic, smaller': around({ ...one, op: 'resample', kernel: 'cubic', factor: square(0.75) }, 2),
    'resample, cubic, half': around({ ...one, op: 'resample', kernel: 'cubic', factor: square(0.5) }, 2),
    pad: around({ ...one, op: 'pad', pads: { top: 1, left: 2, bottom: 3, right: 0 } }, 2),
    crop: around({ ...one, op: 'crop', edges: { top: 1, left: 2, bottom: 0, right: 3 } }, 2),
    'take, first rows': around({ ...one, op: 'take', side: 'top', lines: 2 }, 2),
    'take, last rows': around({ ...one, op: 'take', side: 'bottom', lines: 1 }, 2),
    'take, first columns': around({ ...one, op: 'take', side: 'left', lines: 3 }, 2),
    'take, last columns': around({ ...one, op: 'take', side: 'right', lines: 2 }, 2),
    transpose: around({ ...one, op: 'transpose' }, 2),
    unroll: around({ ...one, inputs: ['t'], op: 'unroll', rows: 2 }, 4, [
      { op: 'take', name: 't', inputs: ['x'], side: 'top', lines: 1 },
    ]),
    'join, rows': around({ ...one, inputs: ['x', 'a'], op: 'join', axis: 'height' }, 4, [other]),
    'join, columns': around({ ...one, inputs: ['a', 'x'], op: 'join', axis: 'width' }, 4, [other]),
    mean: around({ ...one, op: 'mean' }, 4),
    'mul, by channel': around({ op: 'mul', name: 'y', inputs: ['x', 'm'] }, 4, [
      { op: 'mean', name: 'm', inputs: ['x'] },
    ]),
    'add, by channel': around({ op: 'add', name: 'y', inputs: ['x', 'm'] }, 4, [
      { op: 'mean', name: 'm', inputs: ['x'] },
    ]),
    'depthToSpace, DCR': around({ ...one, op: 'depthToSpace', block: 2, mode: 'DCR' }, 8),
    'depthToSpace, CRD': around({ ...one, op: 'depthToSpace', block: 2, mode: 'CRD' }, 8),
    select: around({ ...one, op: 'select', channels: [2, 0, 0, 3, 1] }, 4),
  };
}

/**
 * Convolutions, enlargements and sums in a random order, with weights and biases above 0, so that whatever
 * changes in the input changes all that depends on it. The factor is a whole number.
 */
export function randomNetwork(next: Next): Graph {
  const upTo = (most: number) => 1 + Math.floor(next() * most);
  const nodes: Node[] = [{ op: 'input', name: 'x', inputs: [], channels: 2 }];
  let last = 'x';
  const push = (node: Node) => {
    nodes.push(node);
    last = node.name;
  };
  const positive = (node: ConvNode): ConvNode => ({
    ...node,
    weights: node.weights.map((value) => Math.abs(value) + 0.1),
    bias: undefined,
  });
  const steps = upTo(4);
  for (let step = 0; step < steps; step += 1) {
    const before = last;
    const name = `s${step}`;
    const dilations = square(upTo(2));
    const kernel = { height: upTo(4), width: upTo(3) };
    const weights = randomValues(next, 4 * kernel.height * kernel.width, 0.1, 1);
    const pads = samePads(kernel, dilations);
    push({ ...positive(conv(name, before, [2, 2], 1, next)), kernel, dilations, pads, weights });
    const kind = next();
    if (kind < 0.3) push({ op: 'add', name: `${name}+`, inputs: [before, last] });
    else if (kind < 0.5) push({ op: 'upsample', name: `${name}^`, inputs: [last], factor: square(upTo(3)) });
    else if (kind < 0.7) {
      const channels: [number, number] = [2, 8];
      push(positive(conv(`${name}*`, last, channels, 1, next)));
      push({
        op: 'depthToSpace',
        name: `${name}#`,
        inputs: [last],
        block: 2,
        mode: next() < 0.5 ? 'DCR' : 'CRD',
      });
    } else if (kind < 0.85) {
      // half as large, then as large again: the grid of the input shows in the output
      const half = {
        strides: square(2),
        pads: NO_PADS,
        kernel: square(2),
        weights: randomValues(next, 16, 0.1, 1),
      };
      push({ ...positive(conv(`${name}-`, last, [2, 2], 2, next)), ...half });
      push({ op: 'upsample', name: `${name}=`, inputs: [last], factor: square(2) });
    }
  }
  return graphOf('random', nodes, last);
}

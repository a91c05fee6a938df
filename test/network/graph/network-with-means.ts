import { square, type Graph, type Node } from '../../../src/network/graph/graph.js';
import { withMargins } from '../../../src/network/graph/receptive-field.js';
import { graphOf } from '../../../src/network/graph/order.js';
import { conv } from './random-graph.js';

/**
 * A small network of factor 2 with all that makes tiles hard: unpadded convolutions, a stride of 2, and a mean
 * over the image at half its resolution that the next mean depends on.
 */
export function networkWithMeans(next: () => number): Graph {
  const valid = (name: string, input: string, channels: [number, number], side: number): Node => ({
    ...conv(name, input, channels, side, next),
    pads: { top: 0, left: 0, bottom: 0, right: 0 },
  });
  const half = (name: string, input: string, channels: [number, number]): Node => ({
    ...conv(name, input, channels, 2, next),
    strides: square(2),
    pads: { top: 0, left: 0, bottom: 0, right: 0 },
  });
  const gate = (name: string, input: string, channels: number): Node[] => [
    { op: 'mean', name: `${name} mean`, inputs: [input] },
    conv(`${name} weighed`, `${name} mean`, [channels, channels], 1, next),
    { op: 'activation', name: `${name} gate`, inputs: [`${name} weighed`], activation: 'sigmoid' },
    { op: 'mul', name, inputs: [input, `${name} gate`] },
  ];
  const nodes: Node[] = [
    { op: 'input', name: 'x', inputs: [], channels: 3 },
    valid('first', 'x', [3, 4], 3),
    half('down', 'first', [4, 8]),
    { op: 'activation', name: 'relu', inputs: ['down'], activation: 'relu' },
    ...gate('inner', 'relu', 8),
    conv('phases', 'inner', [8, 16], 1, next),
    { op: 'depthToSpace', name: 'up', inputs: ['phases'], block: 2, mode: 'CRD' },
    { op: 'add', name: 'sum', inputs: ['first', 'up'] },
    ...gate('outer', 'sum', 4),
    valid('colours', 'outer', [4, 12], 3),
    { op: 'depthToSpace', name: 'y', inputs: ['colours'], block: 2, mode: 'CRD' },
  ];
  return withMargins('test', graphOf('test', nodes, 'y'));
}

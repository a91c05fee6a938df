import { square, type Graph, type Node } from '../../../src/network/graph/graph.js';
import { graphOf } from '../../../src/network/graph/order.js';
import { conv } from './random-graph.js';

/**
 * Convolutions, sums, joins and scalings of whatever came before, with a nonlinear node now and then, and an
 * enlargement in the end: what folding has to take apart. The input has 3 channels.
 */
export function randomBranches(next: () => number): Graph {
  const upTo = (most: number) => 1 + Math.floor(next() * most);
  const nodes: Node[] = [{ op: 'input', name: 'x', inputs: [], channels: 3 }];
  const channelsOf = new Map([['x', 3]]);
  const pick = () => [...channelsOf.keys()][Math.floor(next() * channelsOf.size)]!;
  const push = (node: Node, channels: number) => {
    nodes.push(node);
    channelsOf.set(node.name, channels);
    return node.name;
  };
  const values = (length: number) => Float32Array.from({ length }, () => 2 * next() - 1);

  let last = 'x';
  const steps = 4 + upTo(6);
  for (let step = 0; step < steps; step += 1) {
    const name = `s${step}`;
    const input = next() < 0.6 ? last : pick();
    const channels = channelsOf.get(input)!;
    const kind = next();
    if (kind < 0.45) {
      const outputs = upTo(4);
      last = push(conv(name, input, [channels, outputs], [1, 3, 3, 5, 2][upTo(5) - 1]!, next), outputs);
    } else if (kind < 0.6) {
      const alike = [...channelsOf].filter(([, count]) => count === channels).map(([other]) => other);
      const other = alike[Math.floor(next() * alike.length)]!;
      last = push({ op: 'add', name, inputs: [input, other] }, channels);
    } else if (kind < 0.75) {
      const other = pick();
      last = push({ op: 'concat', name, inputs: [input, other] }, channels + channelsOf.get(other)!);
    } else if (kind < 0.85) {
      const length = next() < 0.5 ? 1 : channels;
      last = push(
        { op: 'affine', name, inputs: [input], scale: values(length), offset: values(length) },
        channels,
      );
    } else {
      last = push({ op: 'activation', name, inputs: [input], activation: 'relu' }, channels);
    }
  }
  last = push(conv('wide', last, [channelsOf.get(last)!, 4], 3, next), 4);
  const end = next();
  if (end < 0.4) {
    push({ op: 'upsample', name: 'up', inputs: [last], factor: square(1 + upTo(3)) }, 4);
    last = push(conv('end', 'up', [4, 3], 3, next), 3);
  } else if (end < 0.7) {
    last = push({ op: 'depthToSpace', name: 'end', inputs: [last], block: 2, mode: 'DCR' }, 1);
  }
  return graphOf('random', nodes, last);
}

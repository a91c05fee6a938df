import type { ConvNode, Graph, Node } from '../graph.js';
import { graphOf, known } from '../order.js';
import { largeShapesOf } from '../shapes.js';
import { usersOf } from '../users.js';

/**
 * Replaces each convolution of a concatenation by the sum of convolutions of its parts, where that is all the
 * concatenation is for: the parts need not be held until the last of them is there, nor copied together. The
 * result is the same but for the order of the sum.
 * @param kept names of nodes that stay as they are
 */
export function splitConcat(title: string, graph: Graph, kept: ReadonlySet<string> = new Set()): Graph {
  const shapes = largeShapesOf(title, graph);
  const byName = new Map(graph.nodes.map((node) => [node.name, node]));
  const users = usersOf(graph);
  const isSplit = (name: string) =>
    byName.get(name)?.op === 'concat' &&
    name !== graph.output &&
    !kept.has(name) &&
    users(name).every((user) => user.op === 'conv' && user.groups === 1 && !kept.has(user.name));

  const nodes = graph.nodes.flatMap((node) => {
    const [input = ''] = node.inputs;
    if (isSplit(node.name)) return [];
    if (node.op !== 'conv' || !isSplit(input)) return [node];
    const parts = known(byName, input).inputs;
    return split(
      node,
      parts.map((name) => ({ name, channels: known(shapes, name).channels })),
    );
  });
  return graphOf(title, nodes, graph.output);
}

interface Part {
  readonly name: string;
  readonly channels: number;
}

function split(conv: ConvNode, parts: readonly Part[]): Node[] {
  const nodes: Node[] = [];
  let first = 0;
  let sum: string | undefined;
  parts.forEach(({ name, channels }, i) => {
    const isLast = i === parts.length - 1;
    const piece = `${conv.name}/part ${i}`;
    const weights = sliced(conv, first, channels);
    const bias = i === 0 ? conv.bias : undefined;
    nodes.push({ ...conv, name: piece, inputs: [name], inChannels: channels, weights, bias });
    first += channels;
    if (sum !== undefined) {
      const total = isLast ? conv.name : `${conv.name}/sum ${i}`;
      nodes.push({ op: 'add', name: total, inputs: [sum, piece] });
      sum = total;
    } else {
      sum = piece;
    }
  });
  return nodes;
}

/** Weights for some of the input channels. */
function sliced(
  { weights, outChannels, inChannels, kernel }: ConvNode,
  first: number,
  channels: number,
): Float32Array {
  const area = kernel.height * kernel.width;
  const result = new Float32Array(outChannels * channels * area);
  for (let out = 0; out < outChannels; out += 1) {
    const from = (out * inChannels + first) * area;
    result.set(weights.subarray(from, from + channels * area), out * channels * area);
  }
  return result;
}

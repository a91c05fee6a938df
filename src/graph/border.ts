import type { Graph, Node, Pads } from './graph.js';
import { known } from './order.js';

/**
 * Width of the frame, in input pixels, in which the zeros around inner tensors are felt: outside of it the
 * result is as if every tensor but the input went on beyond the border. The zeros around the input itself do
 * not count.
 */
export function borderPx(graph: Graph, factor: number): number {
  const sides = ['top', 'left', 'bottom', 'right'] as const;
  return Math.max(...sides.map((side) => Math.ceil(feltAlong(graph, side) / factor)));
}

/** Positions of the result, counted from one side. */
function feltAlong(graph: Graph, side: keyof Pads): number {
  const felt = new Map<string, number>();
  for (const node of graph.nodes) {
    const inputs = node.inputs.map((name) => (name === graph.input ? 0 : known(felt, name)));
    const readsInput = node.inputs.includes(graph.input);
    felt.set(node.name, feltBy(node, Math.max(0, ...inputs), readsInput, side));
  }
  return known(felt, graph.output);
}

function feltBy(node: Node, input: number, readsInput: boolean, side: keyof Pads): number {
  const axis = side === 'top' || side === 'bottom' ? 'height' : 'width';
  switch (node.op) {
    case 'conv': {
      if (readsInput) return 0;
      const { pads, strides, kernel, dilations } = node;
      const zeros = pads === 'same' ? (kernel[axis] - 1) * dilations[axis] : pads[side];
      return Math.ceil((input + zeros) / strides[axis]);
    }
    case 'upsample':
      return input * node.factor[axis];
    case 'depthToSpace':
      return input * node.block;
    case 'crop':
      return Math.max(0, input - node.edges[side]);
    default:
      return input;
  }
}

import type { Graph, Node } from './graph.js';
import { graphOf, known } from './order.js';
import { largeShapesOf } from './shapes.js';

/** A part of a graph, and the means that it takes as inputs, by their number. */
export interface GivenGraph {
  readonly graph: Graph;
  readonly givens: readonly number[];
}

/**
 * Cuts a graph at the means over all positions: each step computes the tensor of one mean from the image and earlier
 * means; `last` computes the result. Undefined where there are no such means.
 */
export function cutAtMeans(
  title: string,
  graph: Graph,
): { steps: readonly GivenGraph[]; last: GivenGraph } | undefined {
  const means = graph.nodes.filter(({ op }) => op === 'mean');
  if (means.length === 0) return undefined;
  const tensors = new Map(graph.nodes.map((node) => [node.name, node]));
  const shapes = largeShapesOf(title, graph);
  const nodes = graph.nodes.map((node): Node =>
    node.op === 'mean'
      ? { op: 'given', name: node.name, inputs: [], channels: known(shapes, node.name).channels }
      : node,
  );
  const part = (output: string): GivenGraph => {
    // a model needs at least one operator
    const copy: Node = {
      op: 'affine',
      name: `${output}/copy`,
      inputs: [output],
      scale: Float32Array.of(1),
      offset: Float32Array.of(0),
    };
    const bare = tensors.get(output)?.op === 'input';
    const cut = graphOf(title, bare ? [...nodes, copy] : nodes, bare ? copy.name : output);
    const given = cut.nodes.filter(({ op }) => op === 'given');
    return { graph: cut, givens: given.map(({ name }) => means.findIndex((mean) => mean.name === name)) };
  };
  return { steps: means.map((mean) => part(mean.inputs[0] ?? '')), last: part(graph.output) };
}

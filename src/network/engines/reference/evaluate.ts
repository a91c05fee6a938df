import { onEachSide, NO_PADS, type Graph, type Node, type Pads } from '../../graph/graph.js';
import { positionsOff } from '../../graph/narrowing.js';
import { known } from '../../graph/order.js';
import { lastUses } from '../../graph/users.js';
import { compute, cropped } from './operators.js';
import type { Tensor } from './tensor.js';

export interface Told {
  /** Values of the nodes that are handed in, by name. */
  readonly givens?: ReadonlyMap<string, Tensor>;
  /** What a tile has around the wanted part, in input pixels: narrowings take off their share of it. */
  readonly halo?: Pads;
}

/** Runs a graph node by node, in double precision. A tensor is let go after the last node that takes it. */
export function evaluate(
  graph: Graph,
  input: Tensor,
  { givens = new Map(), halo = NO_PADS }: Told = {},
): Tensor {
  const values = new Map<string, Tensor>(givens);
  const last = lastUses(graph);
  graph.nodes.forEach((node, i) => {
    if (node.op !== 'given') values.set(node.name, valueOf(node));
    for (const name of node.inputs) if (last.get(name) === i) values.delete(name);
  });
  return known(values, graph.output);

  function valueOf(node: Exclude<Node, { op: 'given' }>): Tensor {
    if (node.op === 'input') return input;
    const inputs = node.inputs.map((name) => known(values, name));
    if (node.op !== 'narrow') return compute(node, inputs);
    return cropped(
      inputs[0] as Tensor,
      onEachSide((side) => positionsOff(node, halo[side])),
    );
  }
}

import type { Graph } from '../../../../../src/network/graph/graph.js';
import { graphOf } from '../../../../../src/network/graph/order.js';
import type { Extremes } from '../../../../../src/network/graph/passes/quantize/extremes.js';
import { evaluate } from '../../../../../src/network/engines/reference/evaluate.js';
import { type Tensor } from '../../../../../src/network/engines/reference/tensor.js';

/** What every node makes of an input. */
export function innerTensors(graph: Graph, input: Tensor): Map<string, Tensor> {
  return new Map(
    graph.nodes.map(({ name, op }) => [
      name,
      op === 'input' ? input : evaluate(graphOf('inner', graph.nodes, name), input),
    ]),
  );
}

export function extremesOn(graph: Graph, input: Tensor): Map<string, Extremes> {
  return new Map([...innerTensors(graph, input)].map(([name, made]) => [name, extremesOf(made)]));
}

function extremesOf({ channels, values }: Tensor): Extremes {
  const area = values.length / channels;
  const each = (f: (...of: number[]) => number) =>
    Float64Array.from({ length: channels }, (_, c) => f(...values.subarray(c * area, (c + 1) * area)));
  return { min: each(Math.min), max: each(Math.max) };
}

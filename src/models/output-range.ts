import type { Graph } from '../graph/graph.js';
import { known } from '../graph/order.js';
import type { Range } from './network-file.js';

/** A network that ends in a limit says by it what it gives. */
export function statedOutputRange(graph: Graph): Range | undefined {
  const last = known(new Map(graph.nodes.map((node) => [node.name, node])), graph.output);
  if (last.op === 'clip') return last.max === 1 ? 1 : last.max === 255 ? 255 : undefined;
  return last.op === 'activation' && last.activation === 'sigmoid' ? 1 : undefined;
}

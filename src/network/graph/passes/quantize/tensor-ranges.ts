import type { Graph } from '../../graph.js';
import { known } from '../../order.js';
import type { ExtremesByName } from './extremes.js';
import type { Users } from '../../users.js';

/** Of a tensor as a whole; 0 lies within. */
export interface Range {
  readonly min: number;
  readonly max: number;
}

/**
 * The range that each tensor's levels have to span.
 * @param output the largest value of the result that counts: what is above it, or below 0, is cut off later
 */
export function rangesOf(
  graph: Graph,
  extremes: ExtremesByName,
  users: Users,
  output: number,
): ReadonlyMap<string, Range> {
  const ranges = new Map<string, Range>();
  for (const [name, { min, max }] of extremes) {
    ranges.set(name, { min: Math.min(0, ...min), max: Math.max(0, ...max) });
  }
  for (const name of placesOfResult(graph, users)) ranges.set(name, { min: 0, max: output });
  for (const { op, name, inputs } of graph.nodes) {
    if (op !== 'add' || !isCutBelow0(name, users)) continue;
    // what is so far below 0 that the others cannot lift it above comes out as 0 all the same
    const all = inputs.reduce((sum, addend) => sum + known(ranges, addend).max, 0);
    inputs.forEach((addend) => {
      if (users(addend).length > 1) return;
      const { min, max } = known(ranges, addend);
      ranges.set(addend, { min: Math.max(min, max - all), max });
    });
  }
  return ranges;
}

/** The result, and the tensors that hold its values and nothing else before they are moved to their places. */
function placesOfResult({ nodes, output }: Graph, users: Users): string[] {
  const names = [output];
  for (const { op, name, inputs } of nodes.toReversed()) {
    const [input = ''] = inputs;
    const moves = op === 'depthToSpace' || op === 'select' || op === 'crop';
    if (name === names.at(-1) && moves && users(input).length === 1) names.push(input);
  }
  return names;
}

/** Whether nothing but a ReLU looks at a tensor. */
export function isCutBelow0(name: string, users: Users): boolean {
  const [only, ...others] = users(name);
  return others.length === 0 && only?.op === 'activation' && only.activation === 'relu';
}

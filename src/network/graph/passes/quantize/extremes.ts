import type { Graph, Node } from '../../graph.js';
import { known } from '../../order.js';

/** The least and the greatest value of each channel of a tensor. */
export interface Extremes {
  readonly min: Float64Array;
  readonly max: Float64Array;
}

/** By the name of the node that makes the tensor. */
export type ExtremesByName = ReadonlyMap<string, Extremes>;

/** What has to be measured: the rest moves values from one tensor to another. */
export function measuredNodes({ nodes, output }: Graph): Node[] {
  return nodes.filter(({ op, name }) => !['input', 'crop', 'concat'].includes(op) && name !== output);
}

/** Values between two of these are told apart nowhere, so that machines whose last digits differ agree. */
const STEPS_PER_OCTAVE = 16;

/**
 * Extremes rounded outwards, and those of the input and of the nodes that only move values.
 * @param input the largest value that the network takes; the least is 0
 */
export function completed({ nodes, output }: Graph, measured: ExtremesByName, input: number): ExtremesByName {
  const extremes = new Map<string, Extremes>();
  for (const node of nodes) {
    if (node.name === output) continue;
    if (node.op === 'input') {
      const channels = new Float64Array(node.channels);
      extremes.set(node.name, { min: channels, max: channels.map(() => input) });
    } else if (node.op === 'crop' || node.op === 'concat') {
      extremes.set(node.name, joined(node.inputs.map((name) => known(extremes, name))));
    } else {
      const { min, max } = known(measured, node.name);
      extremes.set(node.name, { min: min.map((value) => -coarse(-value)), max: max.map(coarse) });
    }
  }
  return extremes;
}

function joined(parts: readonly Extremes[]): Extremes {
  return {
    min: Float64Array.from(parts.flatMap(({ min }) => [...min])),
    max: Float64Array.from(parts.flatMap(({ max }) => [...max])),
  };
}

/** A value above 0 made larger, up to a step; 0 for the others, since every range holds 0. */
function coarse(value: number): number {
  return value > 0 ? 2 ** (Math.ceil(Math.log2(value) * STEPS_PER_OCTAVE) / STEPS_PER_OCTAVE) : 0;
}

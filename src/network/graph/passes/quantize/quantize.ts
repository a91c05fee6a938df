import type { ConvNode, Graph, Node, QuantizeNode } from '../../graph.js';
import { graphOf, known } from '../../order.js';
import { equalize } from './equalize.js';
import { completed, type ExtremesByName } from './extremes.js';
import { isCutBelow0, rangesOf, type Range } from './tensor-ranges.js';
import { roundWeights } from './round-weights.js';
import { usersOf } from '../../users.js';

export interface ValueRanges {
  /** Largest values that the network takes and gives; the least are 0. */
  readonly input: number;
  readonly output: number;
}

const MOST_LEVEL = 255;

/**
 * The network with its convolutions in integers of 8 bits: weights with a step for each output channel, tensors
 * with one step each, so chosen that 0 is a level.
 * @param measured extremes of the tensors that `measuredNodes` names, over the images that are to be expected
 */
export function quantize(title: string, graph: Graph, measured: ExtremesByName, values: ValueRanges): Graph {
  const equal = equalize(graph, completed(graph, measured, values.input));
  const users = usersOf(equal.graph);
  return withLevels(title, equal.graph, rangesOf(equal.graph, equal.extremes, users, values.output));
}

/** Puts levels behind every tensor that an integer convolution takes or makes. */
export function withLevels(title: string, graph: Graph, ranges: ReadonlyMap<string, Range>): Graph {
  const users = usersOf(graph);
  const nodes: Node[] = [];
  /** By the tensor that it stands for. */
  const levels = new Map<string, QuantizeNode>();
  const held = (name: string) => levels.get(name)?.name ?? name;

  for (const node of graph.nodes) {
    const inputs = node.inputs.map(held);
    nodes.push({ ...(isInteger(node) ? integerConv(node) : node), inputs });
    if (!needsLevels(node)) continue;
    // a crop has the levels of what it is taken from, so that it is one of integers
    const same = node.op === 'crop' ? levels.get(node.inputs[0] ?? '') : undefined;
    const { scale, zeroPoint } = same ?? levelsOf(known(ranges, node.name));
    const name = `${node.name}/levels`;
    const quantizer: QuantizeNode = { op: 'quantize', name, inputs: [node.name], scale, zeroPoint };
    nodes.push(quantizer);
    levels.set(node.name, quantizer);
  }
  return graphOf(title, nodes, held(graph.output));

  function needsLevels(node: Node): boolean {
    if (isCutBelow0(node.name, users)) return false;
    return isInteger(node) || isReadByInteger(node.name);
  }

  function isReadByInteger(name: string): boolean {
    return users(name).some(
      (user) =>
        isInteger(user) || ((user.op === 'crop' || user.op === 'concat') && isReadByInteger(user.name)),
    );
  }

  function integerConv(node: ConvNode): ConvNode {
    const { weights, scales } = roundWeights(node);
    const inputScale = known(levels, node.inputs[0] ?? '').scale;
    return { ...node, weights, quantized: { inputScale, weightScales: scales } };
  }
}

function isInteger(node: Node): node is ConvNode {
  return node.op === 'conv' && node.groups === 1;
}

function levelsOf({ min, max }: Range): { scale: number; zeroPoint: number } {
  const scale = Math.fround((max - min) / MOST_LEVEL) || 1;
  return { scale, zeroPoint: Math.round(-min / scale) };
}

import type { Order, ValueRange } from '../../graph/read/onnx/onnx-fit.js';
import { stated, type Known, type StatedFacts } from './stated-facts.js';
import {
  type PictureShape,
  findRanges,
  rangesToTry,
  BYTE,
  SIGNED,
  UNIT,
  type Probe,
} from '../probe/probe-ranges.js';
import type { Graph } from '../../graph/graph.js';
import type { OnnxModel, OnnxNode } from '../../graph/read/onnx/onnx-model.js';
import type { PackagedFamily } from '../registry.js';

/** The ranges and channel orders of a network's input and output. */
export interface Colours {
  readonly inputRange: Known<ValueRange>;
  readonly outputRange: Known<ValueRange>;
  readonly inputOrder: Known<Order>;
  readonly outputOrder: Known<Order>;
  /** The ranges were found by running the network and are uncertain. */
  readonly uncertain?: boolean;
}

/** Facts that are known before the network is run. */
export interface KnownColours {
  readonly inputRange?: Known<ValueRange> | undefined;
  readonly outputRange?: Known<ValueRange> | undefined;
  /** Both orders are RGB. */
  readonly rgb?: Known<true> | undefined;
}

/**
 * Determines ranges and channel orders. A network with BGR input and output cannot be told from an RGB one:
 * that can only be stated.
 * @param probe opens the network if something must be found by running it
 */
export async function identifyColours(
  facts: StatedFacts,
  known: KnownColours,
  shape: Omit<PictureShape, 'range'>,
  probe: () => Promise<Probe>,
): Promise<Colours> {
  const input = stated(facts.inputRange) ?? known.inputRange;
  const output = stated(facts.outputRange) ?? known.outputRange;
  const inputOrder = stated(facts.inputOrder);
  const outputOrder = stated(facts.outputOrder);
  const straight = known.rgb ?? (shape.gray ? { value: true, by: 'file' } : undefined);
  const ordered = straight !== undefined || (inputOrder && outputOrder) !== undefined;
  if (input && output && ordered) {
    return { inputRange: input, outputRange: output, ...orders(true, straight?.by ?? 'stated') };
  }
  const candidates = rangesToTry({
    ...(input && { input: input.value }),
    ...(output && { output: output.value }),
  });
  const found = await findRanges(await probe(), shape, candidates);
  return {
    inputRange: input ?? { value: found.input, by: 'probe' },
    outputRange: output ?? { value: found.output, by: 'probe' },
    ...(straight ? orders(true, straight.by) : orders(found.order === 'rgb', 'probe')),
    // if the ranges are known, only the order is probed, and that is RGB for nearly all networks
    ...(!found.certain && !(input && output) && { uncertain: true }),
  };

  function orders(alike: boolean, by: Known<Order>['by']): Pick<Colours, 'inputOrder' | 'outputOrder'> {
    const other = (order: Known<Order> | undefined): Known<Order> | undefined =>
      order && { value: alike === (order.value === 'rgb') ? 'rgb' : 'bgr', by };
    const first = inputOrder ?? other(outputOrder) ?? { value: 'rgb', by };
    return { inputOrder: first, outputOrder: outputOrder ?? other(first) ?? first };
  }
}

/** Returns the output range of a network that ends in a limiting operator. */
export function endingRange({ nodes, initializers, outputs }: OnnxModel): Known<ValueRange> | undefined {
  const makers = new Map(nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)));
  let last = makers.get(outputs[0]?.name ?? '');
  while (last && KEEPS_VALUES.has(last.type)) last = makers.get(last.inputs[0] ?? '');
  switch (last?.type) {
    case 'Tanh':
      return { value: SIGNED, by: 'graph' };
    case 'Sigmoid':
      return { value: UNIT, by: 'graph' };
    case 'Clip': {
      const value = rangeOf(limitOf(last, 1, 'min'), limitOf(last, 2, 'max'));
      return value && { value, by: 'graph' };
    }
    default:
      return undefined;
  }

  function limitOf({ inputs, attributes }: OnnxNode, input: number, attribute: string): number | undefined {
    const name = inputs[input] ?? '';
    const tensor = initializers.get(name) ?? makers.get(name)?.attributes.get('value')?.tensor;
    return tensor?.values?.[0] ?? attributes.get(attribute)?.number;
  }
}

/** Returns the output range of a graph that ends in a limiting operator. */
export function endingRangeOf({ nodes, output }: Graph): Known<ValueRange> | undefined {
  const last = nodes.find(({ name }) => name === output);
  if (last?.op === 'clip') {
    const value = rangeOf(last.min, last.max);
    return value && { value, by: 'graph' };
  }
  if (last?.op !== 'activation') return undefined;
  const value = { tanh: SIGNED, sigmoid: UNIT }[last.activation as string];
  return value && { value, by: 'graph' };
}

const KEEPS_VALUES = new Set(['Identity', 'Cast', 'Transpose']);

function rangeOf(min: number | undefined, max: number | undefined): ValueRange | undefined {
  if (max === 255) return BYTE;
  if (max !== 1) return undefined;
  return min === -1 ? SIGNED : UNIT;
}

/** Returns the facts of a model.json, from its known package or its last layer. */
export function kerasColours(graph: Graph | undefined, family: PackagedFamily | undefined): KnownColours {
  if (family) {
    const range = { value: [0, family.range], by: 'package' } as const;
    return { inputRange: range, outputRange: range, rgb: { value: true, by: 'package' } };
  }
  return graph ? { outputRange: endingRangeOf(graph) } : {};
}

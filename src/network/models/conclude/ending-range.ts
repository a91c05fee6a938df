import type { Graph } from '../../graph/graph.js';
import type { ValueRange } from '../../graph/read/onnx/onnx-fit.js';
import type { OnnxModel, OnnxNode } from '../../graph/read/onnx/onnx-model.js';
import type { Known } from './finding.js';
import { BYTE, SIGNED, UNIT } from '../probe/probe-ranges.js';

/** A network that ends in a limit says by it what it gives. */
export function endingRange({ nodes, initializers, outputs }: OnnxModel): Known<ValueRange> | undefined {
  const makers = new Map(nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)));
  let last = makers.get(outputs[0]?.name ?? '');
  while (last && CHANGES_NO_VALUE.has(last.type)) last = makers.get(last.inputs[0] ?? '');
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

/** The same of a network that is known as data. */
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

const CHANGES_NO_VALUE = new Set(['Identity', 'Cast', 'Transpose']);

function rangeOf(min: number | undefined, max: number | undefined): ValueRange | undefined {
  if (max === 255) return BYTE;
  if (max !== 1) return undefined;
  return min === -1 ? SIGNED : UNIT;
}

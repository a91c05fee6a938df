import type { ConvNode, QuantizedConv, QuantizeNode } from '../graph.js';
import { intAttribute, operator, tensor, type Constant, type Emitted } from '../onnx-messages.js';
import type { Encoded } from '../protobuf.js';

/**
 * Levels are written as pairs that quantize and give the values back, the form that runtimes look for: between
 * two such pairs they compute in integers.
 * Source: https://onnx.ai/onnx/operators/onnx__QuantizeLinear.html
 */
export function quantizer(
  { name, scale, zeroPoint }: QuantizeNode,
  inputs: readonly string[],
  output: string,
): Emitted {
  const [step, zero, levels] = [`${name}:scale`, `${name}:zero`, `${name}:levels`];
  return {
    operators: [
      operator('QuantizeLinear', [...inputs, step, zero], levels, []),
      operator('DequantizeLinear', [levels, step, zero], output, []),
    ],
    constants: [constant(step, [], Float32Array.of(scale)), constant(zero, [], Uint8Array.of(zeroPoint))],
  };
}

/** The bias is rounded to the steps that the sums of products have. */
export function integerConv(
  node: ConvNode,
  { inputScale, weightScales }: QuantizedConv,
  inputs: readonly string[],
  output: string,
  attributes: readonly Encoded[],
): Emitted {
  const { name, outChannels, inChannels, groups, kernel, weights, bias } = node;
  const scaleOf = (i: number) => weightScales[Math.floor((i * outChannels) / weights.length)] as number;
  const levels = Int8Array.from(weights, (weight, i) => Math.round(weight / scaleOf(i)));
  const dims = [outChannels, inChannels / groups, kernel.height, kernel.width];
  const parts = [constantLevels(`${name}:weights`, dims, levels, weightScales)];
  if (bias) {
    const steps = weightScales.map((scale) => scale * inputScale);
    const sums = Int32Array.from(bias, (value, c) => Math.round(value / (steps[c] as number)));
    parts.push(constantLevels(`${name}:bias`, [outChannels], sums, steps));
  }
  const values = parts.map((part) => part.values);
  return {
    operators: [
      ...parts.map((part) => part.operator),
      operator('Conv', [...inputs, ...values], output, attributes),
    ],
    constants: parts.flatMap((part) => part.constants),
  };
}

/** Integers with a step for each channel. */
function constantLevels(
  name: string,
  dims: readonly number[],
  levels: Int8Array | Int32Array,
  steps: Float32Array,
) {
  const [scales, zeros, values] = [`${name}/steps`, `${name}/zeros`, `${name}/values`];
  const none = levels instanceof Int8Array ? new Int8Array(steps.length) : new Int32Array(steps.length);
  return {
    values,
    operator: operator('DequantizeLinear', [name, scales, zeros], values, [intAttribute('axis', 0)]),
    constants: [
      constant(name, dims, levels),
      constant(scales, [steps.length], steps),
      constant(zeros, [steps.length], none),
    ],
  };
}

function constant(name: string, dims: readonly number[], values: Parameters<typeof tensor>[2]): Constant {
  return { name, tensor: tensor(name, dims, values) };
}

import test from 'ava';
import * as ort from 'onnxruntime-node';
import { emitOnnx } from '../../../../../src/network/graph/emit/emit-onnx.js';
import type { Graph } from '../../../../../src/network/graph/graph.js';
import { equalize } from '../../../../../src/network/graph/passes/quantize/equalize.js';
import { completed, type ExtremesByName } from '../../../../../src/network/graph/passes/quantize/extremes.js';
import { quantize, withLevels } from '../../../../../src/network/graph/passes/quantize/quantize.js';
import { rangesOf } from '../../../../../src/network/graph/passes/quantize/tensor-ranges.js';
import { roundWeights } from '../../../../../src/network/graph/passes/quantize/round-weights.js';
import { usersOf } from '../../../../../src/network/graph/users.js';
import { seeded } from '../../../../helpers/random.js';
import { difference } from '../../near.js';
import { randomBranches } from '../../random-branches.js';
import { conv } from '../../random-graph.js';
import { evaluate } from '../../../../../src/network/engines/reference/evaluate.js';
import { tensor, type Tensor } from '../../../../../src/network/engines/reference/tensor.js';
import { extremesOn } from './extremes-on.js';

const image = (next: () => number) => tensor(3, 9, 11, () => Math.floor(256 * next()));

test('random networks in integers are off by no more than their steps explain', (t) => {
  const next = seeded(51);
  let integers = 0;
  for (let i = 0; i < 60; i += 1) {
    const graph = randomBranches(next);
    const input = image(next);
    const exact = evaluate(graph, input).values;
    const most = Math.max(1, ...exact);
    const extremes = completed(graph, extremesOn(graph, input), 255);
    const quantized = withLevels('random', graph, rangesOf(graph, extremes, usersOf(graph), most));
    const got = evaluate(quantized, input).values;
    const cut = (value: number) => Math.min(most, Math.max(0, value));
    const off = largest(exact.map((value, at) => cut(value) - cut(got[at]!)));
    const bound = errorBound(graph, quantized, extremes);
    t.true(off <= bound * (1 + 1e-6), `${off} where ${bound} is explained`);
    const convs = quantized.nodes.filter((node) => node.op === 'conv');
    t.true(convs.every((node) => node.quantized !== undefined));
    integers += convs.length;
  }
  t.true(integers > 150, `${integers}`);
});

test('random networks in integers: onnxruntime is far nearer to the definition than that to fp32', async (t) => {
  const next = seeded(52);
  for (let i = 0; i < 25; i += 1) {
    const graph = randomBranches(next);
    const input = image(next);
    const exact = evaluate(graph, input).values;
    const values = { input: 255, output: Math.max(1, ...exact) };
    const quantized = quantize('random', graph, extremesOn(graph, input), values);
    const expected = evaluate(quantized, input).values;
    const got = await runOnnx(emitOnnx(quantized), input);
    const apart = (one: Float64Array, other: ArrayLike<number>) =>
      one.reduce((sum, value, at) => sum + Math.abs(value - other[at]!), 0);
    const tolerance = 0.1 * apart(expected, exact) + 1e-6 * apart(expected, new Float64Array(got.length));
    const off = apart(expected, got);
    t.true(off <= tolerance, `network ${i}: ${off} of ${tolerance}`);
  }
});

test('evened-out channels: the same values, and ranges that are alike', (t) => {
  const next = seeded(53);
  let changed = 0;
  for (let i = 0; i < 60; i += 1) {
    const graph = randomBranches(next);
    const input = image(next);
    const extremes = completed(graph, extremesOn(graph, input), 255);
    const equal = equalize(graph, extremes);
    t.true(difference(evaluate(graph, input), evaluate(equal.graph, input)) < 1e-5);
    const after = extremesOn(equal.graph, input);
    for (const [name, { min, max }] of equal.extremes) {
      const { min: least, max: most } = after.get(name)!;
      // what was foretold holds what comes, and is no wider than rounding made it
      max.forEach((value, c) => t.true(most[c]! <= value * (1 + 1e-5) + 1e-6));
      min.forEach((value, c) => t.true(least[c]! >= value * (1 + 1e-5) - 1e-6));
    }
    if (equal.graph.nodes.some((node, at) => node !== graph.nodes[at])) changed += 1;
  }
  t.true(changed > 20, `${changed}`);
});

test('channels of a chain are as wide as its widest, but for those that never stir', (t) => {
  const next = seeded(54);
  const [first, last] = [conv('a', 'x', [3, 4], 3, next), conv('b', 'r', [4, 3], 3, next)];
  const uneven = first.weights.map((weight, i) => Math.abs(weight) * 10 ** (Math.floor(i / 27) / 2));
  const graph: Graph = {
    nodes: [
      { op: 'input', name: 'x', inputs: [], channels: 3 },
      { ...first, weights: uneven },
      { op: 'activation', name: 'r', inputs: ['a'], activation: 'relu' },
      last,
    ],
    input: 'x',
    output: 'b',
  };
  const { extremes } = equalize(graph, completed(graph, extremesOn(graph, image(next)), 255));
  const { max } = extremes.get('r')!;
  for (const value of max) t.true(Math.abs(value / max[3]! - 1) < 1e-9);
});

test('rounded weights: along the path through a kernel no sum is off by more than half a step', (t) => {
  const next = seeded(55);
  for (const side of [1, 2, 3, 5, 11]) {
    const node = conv('y', 'x', [3, 5], side, next);
    const { weights, scales } = roundWeights(node);
    const taps = side * side;
    for (let at = 0; at < weights.length; at += taps) {
      const scale = scales[Math.floor(at / (3 * taps))]!;
      let sum = 0;
      for (let step = 0; step < taps; step += 1) {
        const [y, along] = [Math.floor(step / side), step % side];
        const tap = at + y * side + (y % 2 === 0 ? along : side - 1 - along);
        sum += node.weights[tap]! - weights[tap]!;
        t.true(Math.abs(sum) <= scale * 0.501);
        t.true(Math.abs(weights[tap]! / scale) < 127.5);
        t.true(Math.abs(weights[tap]! / scale - Math.round(weights[tap]! / scale)) < 1e-3);
      }
    }
  }
});

/** The most that a result can be off where no value leaves its range: what each rounding adds, passed on. */
function errorBound(graph: Graph, quantized: Graph, extremes: ExtremesByName): number {
  const original = new Map(graph.nodes.map((node) => [node.name, node]));
  const bounds = new Map<string, number>();
  for (const node of quantized.nodes) {
    const inputs = node.inputs.map((name) => bounds.get(name)!);
    const most = Math.max(0, ...inputs);
    bounds.set(node.name, boundOf(node, most, inputs));
  }
  return bounds.get(quantized.output)!;

  function boundOf(node: Graph['nodes'][number], most: number, inputs: readonly number[]): number {
    if (node.op === 'quantize') return most + node.scale;
    if (node.op === 'add') return inputs.reduce((sum, bound) => sum + bound, 0);
    if (node.op === 'affine') return most * largest(node.scale);
    if (node.op !== 'conv') return most;
    const before = original.get(node.name);
    if (before?.op !== 'conv') return NaN;
    const { min, max } = extremes.get(before.inputs[0]!)!;
    const reach = Math.max(largest(min), largest(max));
    const perChannel = node.weights.length / node.outChannels;
    return Math.max(
      ...Array.from({ length: node.outChannels }, (_, c) => {
        let bound = 0;
        for (let at = c * perChannel; at < (c + 1) * perChannel; at += 1) {
          bound += Math.abs(node.weights[at]!) * most;
          bound += Math.abs(node.weights[at]! - before.weights[at]!) * reach;
        }
        return bound;
      }),
    );
  }
}

function largest(values: ArrayLike<number>): number {
  return Array.from(values).reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}

async function runOnnx(bytes: Uint8Array, { channels, height, width, values }: Tensor) {
  const session = await ort.InferenceSession.create(new Uint8Array(bytes), { logSeverityLevel: 4 });
  const input = new ort.Tensor('float32', Float32Array.from(values), [1, channels, height, width]);
  const { output } = await session.run({ input });
  await session.release();
  return output!.data as Float32Array;
}

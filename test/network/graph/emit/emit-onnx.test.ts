import test from 'ava';
import * as ort from 'onnxruntime-node';
import { emitOnnx, emitTogether } from '../../../../src/network/graph/emit-onnx.js';
import { graphOf } from '../../../../src/network/graph/order.js';
import { readOnnxModel } from '../../../../src/network/graph/read/onnx/onnx-model.js';
import { readEmitted, readOnnx } from '../../../../src/network/graph/read/onnx/read-onnx.js';
import { shapesOf } from '../../../../src/network/graph/shapes.js';
import { seeded } from '../../../helpers/random.js';
import { conv, graphsOfEveryNode, randomNetwork } from '../random-graph.js';
import { evaluate } from '../../../../src/network/engines/reference/reference.js';
import { tensor, type Tensor } from '../../../../src/network/engines/reference/tensor.js';

for (const [name, graph] of Object.entries(graphsOfEveryNode(seeded(7)))) {
  test(`${name}: onnxruntime computes what the definition says`, async (t) => {
    const channels = graph.nodes[0]?.op === 'input' ? graph.nodes[0].channels : 0;
    for (const [height, width] of [
      [7, 9],
      [8, 6],
      [3, 13],
    ] as const) {
      const next = seeded(height * width);
      const input = tensor(channels, height, width, () => 2 * next() - 1);
      const expected = evaluate(graph, input);
      const got = await runOnnx(emitOnnx(graph), input);
      t.true(distance(expected, got) < 1e-5, `${height} × ${width}: off by ${distance(expected, got)}`);
      const shape = shapesOf('test', graph, { height, width }).get(graph.output);
      t.deepEqual(shape, { channels: expected.channels, height: expected.height, width: expected.width });
    }
  });

  test(`${name}: what was emitted is read again as the same network`, (t) => {
    const channels = graph.nodes[0]?.op === 'input' ? graph.nodes[0].channels : 0;
    const model = readOnnxModel('test', emitOnnx(graph));
    // what only tiles are made of is in no file of a user
    const ofTiles = graph.nodes.some(({ op }) => ['take', 'transpose', 'unroll', 'join'].includes(op));
    const again = ofTiles ? readEmitted('test', model) : readOnnx('test', model);
    if (ofTiles) t.is(readOnnx('test', model), undefined);
    const next = seeded(3);
    const input = tensor(channels, 8, 7, () => 2 * next() - 1);
    t.truthy(again);
    t.true(distance(evaluate(graph, input), evaluate(again!, input)) < 1e-12);
  });
}

test('random networks: onnxruntime, and what is read back, agree with the definition', async (t) => {
  const next = seeded(99);
  for (let i = 0; i < 20; i += 1) {
    const graph = randomNetwork(next);
    const input = tensor(2, 8, 12, () => next());
    const expected = evaluate(graph, input);
    const largest = expected.values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    const bytes = emitOnnx(graph);
    t.true(distance(expected, await runOnnx(bytes, input)) <= 1e-5 * largest);
    t.deepEqual(evaluate(readOnnx('test', readOnnxModel('test', bytes))!, input), expected);
  }
});

test('models that share weights: their parts, one after the other, are each of them', async (t) => {
  const next = seeded(12);
  for (let i = 0; i < 5; i += 1) {
    const graph = randomNetwork(next);
    const larger = graphOf('test', [...graph.nodes, { ...conv('z', graph.output, [2, 3], 3, next) }], 'z');
    const models = emitTogether([graph, larger]);
    const shared = models[0]!.filter((part) => models[1]!.includes(part));
    t.is(shared.length, 1);
    t.is(models[1]!.length, 3);
    const input = tensor(2, 8, 12, () => next());
    for (const [n, made] of [graph, larger].entries()) {
      const joined = Buffer.concat(models[n]!);
      t.deepEqual(await runOnnx(joined, input), await runOnnx(emitOnnx(made), input));
      t.deepEqual(evaluate(readOnnx('test', readOnnxModel('test', joined))!, input), evaluate(made, input));
    }
  }
});

async function runOnnx(bytes: Uint8Array, { channels, height, width, values }: Tensor): Promise<Tensor> {
  const session = await ort.InferenceSession.create(new Uint8Array(bytes), { logSeverityLevel: 4 });
  const input = new ort.Tensor('float32', Float32Array.from(values), [1, channels, height, width]);
  const { output } = await session.run({ input });
  const [, outChannels = 0, outHeight = 0, outWidth = 0] = output!.dims;
  const result = Float64Array.from(output!.data as Float32Array);
  await session.release();
  return { channels: outChannels, height: outHeight, width: outWidth, values: result };
}

/** Infinite where the shapes differ. */
function distance(one: Tensor, other: Tensor): number {
  const sameShape =
    one.channels === other.channels && one.height === other.height && one.width === other.width;
  if (!sameShape) return Infinity;
  return one.values.reduce((most, value, i) => Math.max(most, Math.abs(value - other.values[i]!)), 0);
}

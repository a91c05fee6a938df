import test from 'ava';
import { SrganError } from '../../../../../src/system/errors.js';
import { emitOnnx } from '../../../../../src/network/graph/emit-onnx.js';
import { withExternalData } from '../../../../../src/network/graph/read/onnx/onnx-external.js';
import { readOnnxModel } from '../../../../../src/network/graph/read/onnx/onnx-model.js';
import { sharedBytes } from '../../../../../src/network/graph/protobuf.js';
import { readOnnx } from '../../../../../src/network/graph/read/onnx/read-onnx.js';
import { seeded } from '../../../../helpers/random.js';
import { moveWeightsOut } from '../../move-weights-out.js';
import { randomNetwork } from '../../random-graph.js';
import { evaluate } from '../../../../../src/network/engines/reference/reference.js';
import { tensor } from '../../../../../src/network/engines/reference/tensor.js';

test('names, types and sides of inputs and outputs', (t) => {
  const { inputs, outputs } = readOnnxModel('test', emitOnnx(randomNetwork(seeded(4))));
  t.deepEqual(inputs, [{ name: 'input', type: 1, dims: [1, 2, undefined, undefined] }]);
  t.deepEqual(outputs, [{ name: 'output', type: 1, dims: [1, undefined, undefined, undefined] }]);
});

test('an operator that is not known leaves the graph unknown', (t) => {
  const bytes = emitOnnx(randomNetwork(seeded(4)));
  const at = Buffer.from(bytes).indexOf('Conv');
  bytes.set(Buffer.from('Blur'), at);
  t.is(readOnnx('test', readOnnxModel('test', bytes)), undefined);
});

test('weights that lie in another file are put in', async (t) => {
  const graph = randomNetwork(seeded(8));
  const { model, weights } = moveWeightsOut(emitOnnx(graph), 'weights.bin');
  t.true([...readOnnxModel('test', model).initializers.values()].every((one) => one.external && !one.values));
  const whole = await withExternalData(model, ({ location, offset, length }) => {
    t.is(location, 'weights.bin');
    return Promise.resolve(weights.subarray(offset, offset + length!));
  });
  const again = readOnnx('test', readOnnxModel('test', sharedBytes(whole)));
  const input = tensor(2, 6, 6, (c, y, x) => c + y * x);
  t.deepEqual(evaluate(again!, input), evaluate(graph, input));
});

test('a file that is cut off, or has wrong bytes, is refused in a sentence or read, and never more', (t) => {
  const next = seeded(21);
  const bytes = emitOnnx(randomNetwork(next));
  let refused = 0;
  const check = (damaged: Uint8Array) => {
    try {
      readOnnx('test', readOnnxModel('test', damaged));
    } catch (error) {
      refused += 1;
      if (!(error instanceof SrganError) || error.code !== 'E_MODEL') throw error;
    }
  };
  for (let i = 0; i < 300; i += 1) {
    check(bytes.subarray(0, Math.floor(next() * bytes.length)));
    const flipped = Uint8Array.from(bytes);
    flipped[Math.floor(next() * bytes.length)] = Math.floor(256 * next());
    check(flipped);
  }
  t.true(refused > 250, `${refused} refused`);
});

test('refuses what is not an ONNX file', (t) => {
  for (const bytes of [Buffer.alloc(0), Buffer.from('PNG, or so'), Buffer.alloc(100)]) {
    const error = t.throws(() => readOnnxModel('x.onnx', bytes), { instanceOf: SrganError });
    t.regex(error.message, /^x\.onnx: .*not an ONNX file/);
  }
});

import test from 'ava';
import { emitOnnx } from '../../../../../src/network/graph/emit-onnx.js';
import { integers, tensor } from '../../../../../src/network/graph/onnx-messages.js';
import { readOnnxModel } from '../../../../../src/network/graph/read/onnx/onnx-model.js';
import { readOnnx } from '../../../../../src/network/graph/read/onnx/read-onnx.js';
import { picture } from '../../../../../src/network/models/probe/probe-ranges.js';
import { openProbe } from '../../../../../src/network/models/probe/probe.js';
import { seeded } from '../../../../helpers/random.js';
import { arithmetic, castTo, pick, transpose, varied, type Made } from '../../../models/onnx-variants.js';
import { around, conv } from '../../random-graph.js';

const constants = (dims: readonly number[], ...values: number[]) => [
  tensor('', dims, Float32Array.from(values)),
];
const TO_NHWC = transpose(0, 2, 3, 1);
const TO_NCHW = transpose(0, 3, 1, 2);
const shape = (...sides: number[]): Made => ({ type: 'Reshape', constants: [integers('', sides)] });

const READ: Readonly<Record<string, readonly Made[]>> = {
  'arithmetic with channels last': [
    TO_NHWC,
    arithmetic('Mul', 0.7),
    { type: 'Add', constants: constants([3], 0.1, 0.2, 0.3) },
    { type: 'Mul', constants: constants([1, 1, 1, 3], 1, 1.1, 1.2) },
    { type: 'Relu' },
    TO_NCHW,
  ],
  'limits by Min and Max, and a sign': [
    { type: 'Min', constants: constants([], 0.6) },
    { type: 'Max', constants: constants([1], 0.3) },
    { type: 'Neg' },
  ],
  'other types in between': [castTo(11), castTo(1), pick(0, 0, 0), pick(0, 0)],
};

for (const [name, after] of Object.entries(READ)) {
  test(`${name}: read as what it makes`, async (t) => {
    const bytes = varied(emitOnnx(around(conv('y', 'x', [3, 3], 3, seeded(1)), 3)), { after });
    await agrees(t.is.bind(t), bytes);
  });
}

for (const [mode, order, split] of [
  ['CRD', [0, 1, 4, 2, 5, 3], [1, 3, 2, 2, 16, 16]],
  ['DCR', [0, 3, 4, 1, 5, 2], [1, 2, 2, 3, 16, 16]],
] as const) {
  test(`pixels put in place by hand, as ${mode} has it`, async (t) => {
    const after = [shape(...split), transpose(...order), shape(1, 3, 32, 32)];
    const bytes = varied(emitOnnx(around(conv('y', 'x', [3, 12], 3, seeded(1)), 3)), { after });
    await agrees(t.is.bind(t), bytes);
  });
}

test('what is not that is not taken for it', (t) => {
  for (const after of [
    [TO_NHWC],
    [transpose(0, 1, 3, 2)],
    [TO_NHWC, { type: 'Add', constants: constants([3, 1, 1], 1, 2, 3) }, TO_NCHW],
    [TO_NHWC, { type: 'Conv', constants: constants([3, 3, 1, 1], ...new Array<number>(9).fill(1)) }, TO_NCHW],
    [shape(1, 3, 2, 2, 16, 16), transpose(0, 1, 2, 4, 3, 5), shape(1, 3, 32, 32)],
    [pick(0, 1)],
    [castTo(7), castTo(1)],
  ] satisfies Made[][]) {
    const bytes = varied(emitOnnx(around(conv('y', 'x', [3, 3], 3, seeded(1)), 3)), { after });
    t.is(readOnnx('test', readOnnxModel('test', bytes)), undefined);
  }
});

/** The graph that was read makes what onnxruntime makes of the file. */
async function agrees(is: (one: unknown, other: unknown) => void, bytes: Uint8Array<SharedArrayBuffer>) {
  const graph = readOnnx('test', readOnnxModel('test', bytes));
  if (!graph) throw new Error('not read');
  const [file, read] = [await openProbe('test', bytes), await openProbe('test', emitOnnx(graph))];
  const input = picture({ width: 16, height: 16, range: [0, 1] });
  const [one, other] = [await file.run(input), await read.run(input)];
  is(one.width, other.width);
  const most = one.values.reduce((far, value, i) => Math.max(far, Math.abs(value - other.values[i]!)), 0);
  is(most < 1e-5, true);
  await file.close();
  await read.close();
}

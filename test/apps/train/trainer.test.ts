import { graphOf, weightsOf } from '../../../src/apps/train/network-graph.js';
import { layersOf, shapeOf, macsPerPixel, type Shape } from '../../../src/apps/train/shape.js';
import { openTrainer, type Trainer } from '../../../src/apps/train/trainer.js';
import { evaluate } from '../../../src/network/engines/reference/reference.js';
import { findBinding } from '../../../src/network/engines/native/binding.js';
import { emitOnnx } from '../../../src/network/graph/emit-onnx.js';
import { readOnnxModel } from '../../../src/network/graph/read/onnx/onnx-model.js';
import { readOnnx } from '../../../src/network/graph/read/onnx/read-onnx.js';
import { seededRandom } from '../../../src/apps/train/random.js';
import { widen } from '../../../src/apps/train/begin-from.js';
import { testWhere } from '../../helpers/where.js';

const { binding, ...rest } = findBinding();
const testNative = testWhere(binding !== undefined, `there are no native kernels: ${JSON.stringify(rest)}`);

const SIDE = 16;
const BATCH = 4;
const SHAPE: Shape = { factor: 2, channels: 16, layers: 2 };

function batchOf(seed: number, { factor }: Shape = SHAPE) {
  const random = seededRandom(seed);
  const values = (length: number) => Float32Array.from({ length }, () => random.next());
  return {
    small: values(BATCH * SIDE * SIDE * 3),
    large: values(BATCH * SIDE * SIDE * 3 * factor * factor),
  };
}

const open = (shape = SHAPE, threads = 1, start?: Parameters<typeof openTrainer>[1]['start']) =>
  openTrainer(shape, { sidePx: SIDE, threads, seed: 3, ...(start && { start }) });

async function steps(trainer: Trainer, from: number, to: number): Promise<number[]> {
  const losses: number[] = [];
  for (let i = from; i < to; i++) {
    const { small, large } = batchOf(i, trainer.shape);
    losses.push(await trainer.step(small, large, BATCH, { rate: 1e-3, decay: 0.9 }));
  }
  return losses;
}

testNative('the sizes take the work that is promised', (t) => {
  t.is(macsPerPixel(shapeOf('s', 2)), 15_348);
  t.is(macsPerPixel(shapeOf('m', 2)), 62_052);
  t.is(macsPerPixel(shapeOf('l', 2)), 233_796);
});

testNative('it learns: the loss on one batch falls', async (t) => {
  const trainer = open();
  const { small, large } = batchOf(1);
  const first = await trainer.step(small, large, BATCH, { rate: 3e-3, decay: 0.9 });
  let last = first;
  for (let i = 0; i < 60; i++) last = await trainer.step(small, large, BATCH, { rate: 3e-3, decay: 0.9 });
  t.true(last < 0.9 * first, `${first} → ${last}`);
});

testNative('the same bytes for any number of threads', async (t) => {
  const [one, three] = [open(SHAPE, 1), open(SHAPE, 3)];
  t.deepEqual(await steps(one, 0, 5), await steps(three, 0, 5));
  t.deepEqual(one.save(), three.save());
});

testNative('a training that is saved and restored ends as one that ran on', async (t) => {
  const whole = open();
  await steps(whole, 0, 8);
  const first = open();
  await steps(first, 0, 5);
  const second = open();
  second.restore(first.save());
  t.is(second.steps, 5);
  await steps(second, 5, 8);
  t.deepEqual(second.save(), whole.save());
  t.throws(() => open({ ...SHAPE, layers: 3 }).restore(first.save()), { code: 'E_MODEL' });
});

testNative(
  'a network that is begun from has the same outputs before the first step, and learns',
  async (t) => {
    const before = open();
    await steps(before, 0, 4);
    const after = open(SHAPE, 1, before.weights());
    const { small, large } = batchOf(9);
    const image = small.subarray(0, SIDE * 10 * 3);
    const [a, b] = [before.enlarge(image, 10, SIDE), after.enlarge(image, 10, SIDE)];
    a.forEach((value, i) => t.true(Math.abs(value - b[i]!) < 1e-5));
    const first = await after.step(small, large, BATCH, { rate: 3e-3, decay: 0.9 });
    let last = first;
    for (let i = 0; i < 40; i++) last = await after.step(small, large, BATCH, { rate: 3e-3, decay: 0.9 });
    t.true(last < first);
  },
);

testNative(
  'a wider network begins with the outputs of a narrower one, and learns with all channels',
  async (t) => {
    const before = open();
    await steps(before, 0, 4);
    const wide = { ...SHAPE, channels: 32 };
    const [narrowLayers, wideLayers] = [layersOf(SHAPE), layersOf(wide)];
    const weights = before.weights();
    const start = new Map(
      narrowLayers.map((layer, i) => [layer.name, widen(weights.get(layer.name)!, layer, wideLayers[i]!, i)]),
    );
    const after = open(wide, 1, start);
    const { small } = batchOf(9);
    const image = small.subarray(0, SIDE * 10 * 3);
    const [a, b] = [before.enlarge(image, 10, SIDE), after.enlarge(image, 10, SIDE)];
    a.forEach((value, i) => t.true(Math.abs(value - b[i]!) < 1e-5));
    await steps(after, 0, 12);
    const { kernel } = after.weights().get('last')!;
    const fromNew = kernel.filter((_, at) => Math.floor(at / 12) % 32 >= 16);
    t.true(
      fromNew.some((value) => value !== 0),
      'the new channels are used',
    );
  },
);

for (const shape of [
  SHAPE,
  { ...SHAPE, channels: 32, factor: 3 },
  { ...SHAPE, channels: 48, factor: 4 },
] as Shape[]) {
  testNative(
    `${shape.channels} channels, x${shape.factor}: what is written runs as what was trained`,
    async (t) => {
      const trainer = open(shape);
      await steps(trainer, 0, 3);
      const [width, height] = [13, 9];
      const { small } = batchOf(4, shape);
      const image = small.subarray(0, width * height * 3);
      const ours = trainer.enlarge(image, height, width);
      const written = readOnnx('x', readOnnxModel('x', emitOnnx(graphOf(shape, trainer.weights()))))!;
      const planes = new Float64Array(image.length);
      image.forEach((value, i) => (planes[(i % 3) * width * height + Math.floor(i / 3)] = value));
      const { values } = evaluate(written, { channels: 3, height, width, values: planes });
      const { factor } = shape;
      const channels = 3 * factor * factor;
      ours.forEach((value, i) => {
        const [place, channel] = [Math.floor(i / channels), i % channels];
        const [q, c] = [Math.floor(channel / 3), channel % 3];
        const y = Math.floor(place / width) * factor + Math.floor(q / factor);
        const x = (place % width) * factor + (q % factor);
        const theirs = values[(c * height * factor + y) * width * factor + x]!;
        t.true(Math.abs(value - theirs) < 1e-4, `${i}: ${value} and ${theirs}`);
      });
      const back = weightsOf('x', written);
      t.is(back.shape.factor, shape.factor);
      for (const [name, { kernel }] of trainer.weights())
        t.deepEqual(back.weights.get(name)?.kernel, kernel, name);
    },
  );
}

testNative('a batch that is no number teaches nothing', async (t) => {
  const trainer = open();
  const before = trainer.save();
  const { small, large } = batchOf(1);
  small[7] = NaN;
  t.true(Number.isNaN(await trainer.step(small, large, BATCH, { rate: 1e-3, decay: 0.9 })));
  t.deepEqual(trainer.save(), before);
  t.is(trainer.steps, 0);
});

testNative('batches of another size are refused', (t) => {
  const { small, large } = batchOf(1);
  t.throws(() => open().step(small, large.subarray(1), BATCH, { rate: 1e-3, decay: 0.9 }), {
    message: /another size/,
  });
});

import { createRequire } from 'node:module';
import type * as Tensorflow from '@tensorflow/tfjs-core';
import type { Rank, Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import { seededRandom } from '../../../src/apps/train/random.js';
import { layersOf, SLOPE, type Shape } from '../../../src/apps/train/shape.js';
import { openTrainer, type Trainer } from '../../../src/apps/train/trainer.js';
import { findBinding } from '../../../src/network/engines/native/binding.js';
import { hasTfjsNode } from '../../helpers/tfjs-node.js';
import { testWhere } from '../../helpers/where.js';

const [SIDE, BATCH] = [16, 4];
const SHAPES: Shape[] = [
  { factor: 2, channels: 16, layers: 2 },
  { factor: 3, channels: 32, layers: 3 },
  { factor: 4, channels: 64, layers: 1 },
];

const testBoth = testWhere(
  hasTfjsNode && findBinding().binding !== undefined,
  '@tensorflow/tfjs-node or the native kernels are not installed',
);

/** Keys of the layers, as the kernels name them. */
const keysOf = (count: number) =>
  Array.from({ length: count }, (_, i) =>
    i === 0 ? 'i' : i === count - 1 ? 'sk' : i === count - 2 ? 'o' : `m${i - 1}`,
  );

/** Loss and gradients of the same network, from the same weights, in TensorFlow. */
function theirs(tf: typeof Tensorflow, trainer: Trainer, small: Float32Array, large: Float32Array) {
  const { shape, layers } = trainer;
  const keys = keysOf(layers.length);
  const names = layers.flatMap(({ hasBias }, i) =>
    (hasBias ? ['w', 'b'] : ['w']).map((end) => `${keys[i]!}${end}`),
  );
  const x = tf.tensor4d(small, [BATCH, SIDE, SIDE, 3]);
  const y = tf.tensor4d(large, [BATCH, SIDE, SIDE, 3 * shape.factor ** 2]);
  const loss = (...values: Tensor[]) => {
    const of = (name: string) => values[names.indexOf(name)]!;
    const convolved = (input: Tensor4D, i: number): Tensor4D => {
      const { side, from, to, hasBias } = layers[i]!;
      const kernel = tf.reshape<Rank.R4>(of(`${keys[i]!}w`), [side, side, from, to]);
      const result = tf.conv2d(input, kernel, 1, 'same');
      return hasBias ? tf.add<Tensor4D>(result, of(`${keys[i]!}b`)) : result;
    };
    const first = tf.leakyRelu(convolved(x, 0), SLOPE);
    let features = first;
    for (let i = 1; i < layers.length - 2; i++) features = tf.leakyRelu(convolved(features, i), SLOPE);
    const sum = tf.add<Tensor4D>(features, first);
    const result = tf.add(convolved(sum, layers.length - 2), convolved(x, layers.length - 1));
    // pixels of 3 values: half of the loss is on them, half on their luma
    const errors = tf.reshape(tf.sub(result, y), [-1, 3]);
    const luma = tf.matMul(errors, tf.tensor2d([[0.299], [0.587], [0.114]]));
    const size = (of: Tensor) => tf.sqrt(tf.add(tf.square(of), (3 / 255) ** 2));
    return tf.add(tf.mul(0.5, tf.mean(size(errors))), tf.mul(0.5, tf.mean(size(luma))));
  };
  const values = names.map((name) => tf.tensor1d(trainer.get(name, 'value')));
  const { value, grads } = tf.valueAndGrads(loss)(values);
  return {
    names,
    loss: value.dataSync()[0]!,
    gradients: grads.map((gradient) => Float32Array.from(gradient.dataSync())),
  };
}

for (const shape of SHAPES) {
  testBoth(
    `${shape.channels} channels, x${shape.factor}: loss and gradients are those of TensorFlow`,
    async (t) => {
      const tf = createRequire(import.meta.url)('@tensorflow/tfjs-node') as typeof Tensorflow;
      const random = seededRandom(6);
      const values = (length: number) => Float32Array.from({ length }, () => random.next());
      const small = values(BATCH * SIDE * SIDE * 3);
      const large = values(BATCH * SIDE * SIDE * 3 * shape.factor ** 2);
      const trainer = openTrainer(shape, { sidePx: SIDE, threads: 2, seed: 3 });
      t.is(trainer.layers.length, layersOf(shape).length);
      // away from the start, where kernels that begin at 0 hide mistakes
      for (let i = 0; i < 2; i++) await trainer.step(small, large, BATCH, { rate: 1e-3, decay: 0.9 });
      const loss = await trainer.gradients(small, large, BATCH);
      const {
        names,
        gradients,
        loss: expected,
      } = tf.tidy(() => theirs(tf, trainer, small, large) as never) as ReturnType<typeof theirs>;
      t.true(Math.abs(expected - loss) < 1e-5, `${expected} and ${loss}`);
      names.forEach((name, i) => {
        const theirGradient = gradients[i]!;
        const size = theirGradient.reduce(
          (most: number, value: number) => Math.max(most, Math.abs(value)),
          0,
        );
        trainer.get(name, 'gradient').forEach((value, j) => {
          const other = theirGradient[j]!;
          t.true(Math.abs(value - other) < 2e-3 * size + 1e-7, `${name} ${j}: ${value} and ${other}`);
        });
      });
    },
  );
}

import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';

interface Weight {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/** Writes model.json and its weight file, in the form of the TensorFlow.js converter. */
async function writeModel(directory: string, header: object, weights: readonly Weight[]): Promise<string> {
  await mkdir(directory, { recursive: true });
  await writeFile(
    path.join(directory, 'group1-shard1of1.bin'),
    Buffer.concat(weights.map(({ values }) => Buffer.from(values.buffer))),
  );
  const manifest = {
    paths: ['group1-shard1of1.bin'],
    weights: weights.map(({ name, shape }) => ({ name, shape, dtype: 'float32' })),
  };
  const file = path.join(directory, 'model.json');
  await writeFile(file, JSON.stringify({ ...header, weightsManifest: [manifest] }));
  return file;
}

/** A mean of 3 × 3 pixels, then an enlargement by 2: a layers-model. */
export function writeKerasLike(directory: string, shape: readonly (number | null)[] = [null, null, null, 3]) {
  const channels = shape[3] ?? 3;
  const layer = (className: string, name: string, inputs: readonly string[], config: object) => ({
    class_name: className,
    name,
    config: { name, ...config },
    inbound_nodes: inputs.length > 0 ? [inputs.map((input) => [input, 0, 0, {}])] : [],
  });
  const config = {
    name: 'blur',
    layers: [
      layer('InputLayer', 'x', [], { batch_input_shape: shape, dtype: 'float32' }),
      layer('Conv2D', 'mean', ['x'], {
        filters: channels,
        kernel_size: [3, 3],
        strides: [1, 1],
        padding: 'same',
        activation: 'linear',
        use_bias: false,
      }),
      layer('UpSampling2D', 'up', ['mean'], { size: [2, 2], interpolation: 'nearest' }),
    ],
    input_layers: [['x', 0, 0]],
    output_layers: [['up', 0, 0]],
  };
  const mean: Weight = {
    name: 'mean/kernel',
    shape: [3, 3, channels, channels],
    values: Float32Array.from({ length: 9 * channels ** 2 }, (_, i) =>
      Math.floor(i / channels) % channels === i % channels ? 1 / 9 : 0,
    ),
  };
  return writeModel(
    directory,
    { format: 'layers-model', modelTopology: { class_name: 'Functional', config } },
    [mean],
  );
}

/** An enlargement by 2 as a transposed convolution, which the graph has no node for. */
export function writeDeconvolution(directory: string) {
  const config = {
    name: 'up',
    batch_input_shape: [null, null, null, 3],
    filters: 3,
    kernel_size: [2, 2],
    strides: [2, 2],
    padding: 'same',
    activation: 'linear',
    use_bias: false,
  };
  const layers = [{ class_name: 'Conv2DTranspose', config }];
  const kernel: Weight = {
    name: 'up/kernel',
    shape: [2, 2, 3, 3],
    values: Float32Array.from({ length: 36 }, (_, i) => (Math.floor(i / 3) % 3 === i % 3 ? 1 : 0)),
  };
  return writeModel(
    directory,
    {
      format: 'layers-model',
      modelTopology: { class_name: 'Sequential', config: { name: 'net', layers } },
    },
    [kernel],
  );
}

/** The same as `writeKerasLike`, in TensorFlow's own operations: a graph-model. */
export function writeBlurGraphModel(directory: string) {
  const float = { type: 'DT_FLOAT' };
  const shapeOf = (sides: readonly number[]) => ({ dim: sides.map((size) => ({ size: String(size) })) });
  const word = (text: string) => ({ s: Buffer.from(text).toString('base64') });
  const ones = { list: { i: ['1', '1', '1', '1'] } };
  const pixels = shapeOf([-1, -1, -1, 3]);
  const kernel: Weight = {
    name: 'kernel',
    shape: [3, 3, 3, 12],
    values: Float32Array.from({ length: 324 }, (_, i) => (Math.floor(i / 12) % 3 === i % 3 ? 1 / 9 : 0)),
  };
  const node = [
    { name: 'x', op: 'Placeholder', attr: { dtype: float, shape: { shape: pixels } } },
    {
      name: 'kernel',
      op: 'Const',
      attr: {
        dtype: float,
        value: { tensor: { dtype: 'DT_FLOAT', tensorShape: shapeOf(kernel.shape) } },
      },
    },
    {
      name: 'mean',
      op: 'Conv2D',
      input: ['x', 'kernel'],
      attr: {
        T: float,
        strides: ones,
        dilations: ones,
        padding: word('SAME'),
        data_format: word('NHWC'),
        explicit_paddings: { list: {} },
        use_cudnn_on_gpu: { b: true },
      },
    },
    {
      name: 'y',
      op: 'DepthToSpace',
      input: ['mean'],
      attr: { T: float, block_size: { i: '2' }, data_format: word('NHWC') },
    },
  ];
  const signature = {
    inputs: { x: { name: 'x:0', dtype: 'DT_FLOAT', tensorShape: pixels } },
    outputs: { y: { name: 'y:0', dtype: 'DT_FLOAT', tensorShape: pixels } },
  };
  return writeModel(
    directory,
    { format: 'graph-model', modelTopology: { node, versions: { producer: 1 } }, signature },
    [kernel],
  );
}

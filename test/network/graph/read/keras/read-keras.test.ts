import test from 'ava';
import { readKeras } from '../../../../../src/network/graph/read/keras/read-keras.js';
import { evaluate } from '../../../../../src/network/engines/reference/reference.js';
import { tensor } from '../../../../../src/network/engines/reference/tensor.js';

interface Layer {
  class_name: string;
  config: Record<string, unknown>;
  inbound_nodes?: unknown;
}

const INPUT: Layer = {
  class_name: 'InputLayer',
  config: { name: 'in', batch_input_shape: [null, null, null, 1] },
};
const CONV: Layer = layer('Conv2D', 'conv', ['in'], { padding: 'same', strides: [1, 1], use_bias: true });
const KERNEL = { name: 'conv/kernel', shape: [3, 3, 1, 2], dtype: 'float32' };
const BIAS = { name: 'conv/bias', shape: [2], dtype: 'float32' };
/** Taps 1..9 for the first channel, 10..90 for the second, as height × width × in × out. */
const TAPS = Array.from({ length: 18 }, (_, i) => (i % 2 === 0 ? 1 : 10) * (1 + Math.floor(i / 2)));

function layer(className: string, name: string, inputs: string[], config: object = {}): Layer {
  return {
    class_name: className,
    config: { name, ...config },
    inbound_nodes: [inputs.map((input) => [input, 0, 0, {}])],
  };
}

function model(layers: Layer[], weights: object[] = [], output = layers.at(-1)?.config.name): object {
  return {
    modelTopology: {
      model_config: { class_name: 'Functional', config: { layers, output_layers: [[output, 0, 0]] } },
    },
    weightsManifest: [{ paths: ['a.bin'], weights }],
  };
}

function read(header: unknown, bytes: Uint8Array | number[] = []) {
  const whole = bytes instanceof Uint8Array ? bytes : new Uint8Array(Float32Array.from(bytes).buffer);
  const json = typeof header === 'string' ? header : JSON.stringify(header);
  return readKeras('m.json', json, () => Promise.resolve(whole));
}

const impulse = tensor(1, 3, 3, (_, y, x) => (y === 1 && x === 1 ? 1 : 0));

test('a convolution: weights by height, width, in, out become out, in, height, width', async (t) => {
  const graph = await read(model([INPUT, CONV], [KERNEL, BIAS]), [...TAPS, 0.5, 0.25]);
  const { values } = evaluate(graph, impulse);
  t.deepEqual([...values.slice(0, 9)], [9.5, 8.5, 7.5, 6.5, 5.5, 4.5, 3.5, 2.5, 1.5]);
  t.deepEqual([...values.slice(9)], [90.25, 80.25, 70.25, 60.25, 50.25, 40.25, 30.25, 20.25, 10.25]);
});

test('padding, strides, a fused activation, no bias', async (t) => {
  const config = { padding: 'valid', strides: [2, 1], use_bias: false, activation: 'relu' };
  const conv = layer('Conv2D', 'conv', ['in'], config);
  const graph = await read(
    model([INPUT, conv], [KERNEL]),
    TAPS.map((tap) => -tap),
  );
  const output = evaluate(
    graph,
    tensor(1, 5, 4, () => 1),
  );
  t.like(output, { channels: 2, height: 2, width: 2 });
  t.true(output.values.every((value) => value === 0));
});

test('layers without weights', async (t) => {
  const layers = [
    INPUT,
    layer('MultiplyBeta', 'beta', ['in'], { beta: 0.5 }),
    layer('Rescaling', 'scaled', ['beta'], { scale: 4, offset: -1 }),
    layer('Activation', 'relu', ['scaled'], { activation: 'relu' }),
    layer('LeakyReLU', 'leaky', ['scaled'], { alpha: 0.5 }),
    layer('ReLU', 'six', ['scaled'], { max_value: 0.75 }),
    layer('Add', 'sum', ['relu', 'leaky']),
    layer('Concatenate', 'all', ['sum', 'six', 'in', 'relu'], { axis: 3 }),
    layer('PixelShuffle2x', 'shuffled', ['all'], { scale: 2 }),
    layer('UpSampling2D', 'large', ['shuffled'], { size: [1, 2], interpolation: 'nearest' }),
  ];
  const { values, height, width } = evaluate(
    await read(model(layers)),
    tensor(1, 1, 2, (_c, _y, x) => x),
  );
  t.deepEqual([height, width], [2, 8]);
  // of 0: -1 → 0 + -0.5, 0, 0, 0; of 1: 1 → 2, 0.75, 1, 1
  t.deepEqual([...values], [-0.5, -0.5, 0, 0, 2, 2, 0.75, 0.75, 0, 0, 0, 0, 1, 1, 1, 1]);
});

test('a sequential model, and slopes by channel', async (t) => {
  const layers = [
    { class_name: 'Conv2D', config: { ...CONV.config, batch_input_shape: [null, 8, 8, 1] } },
    { class_name: 'PReLU', config: { name: 'p' } },
  ];
  const alpha = { name: 'p/alpha', shape: [1, 1, 2], dtype: 'float32' };
  const header = {
    modelTopology: { class_name: 'Sequential', config: { layers } },
    weightsManifest: [{ paths: ['a.bin'], weights: [KERNEL, BIAS, alpha] }],
  };
  const bytes = [...TAPS.map((tap) => -tap), 0, 0, 0.5, 0.25];
  const { values } = evaluate(await read(header, bytes), impulse);
  t.deepEqual([...values.slice(0, 3)], [-4.5, -4, -3.5]);
  t.deepEqual([...values.slice(9, 12)], [-22.5, -20, -17.5]);
});

test('quantised weights', async (t) => {
  const quantised = async (dtype: string, bytes: Uint8Array) => {
    const kernel = { ...KERNEL, shape: [1, 1, 1, 3], quantization: { dtype, scale: 0.5, min: -1 } };
    const conv = layer('Conv2D', 'conv', ['in'], { ...CONV.config, use_bias: false });
    const graph = await read(model([INPUT, conv], [kernel]), bytes);
    return [
      ...evaluate(
        graph,
        tensor(1, 1, 1, () => 1),
      ).values,
    ];
  };
  t.deepEqual(await quantised('uint8', Uint8Array.of(0, 1, 255)), [-1, -0.5, 126.5]);
  t.deepEqual(await quantised('uint16', Uint8Array.of(0, 0, 1, 0, 0, 1)), [-1, -0.5, 127]);
  // 1, -2 and the smallest number above 0
  t.deepEqual(await quantised('float16', Uint8Array.of(0, 0x3c, 0, 0xc0, 1, 0)), [1, -2, 2 ** -24]);
});

const REFUSED: [string, unknown, RegExp, number[]?][] = [
  ['no JSON', '{"modelTopology":', /not JSON/],
  ['another JSON', { name: 'x' }, /no 'modelTopology'/],
  ['no list of layers', { modelTopology: { class_name: 'Model', config: {} } }, /no 'layers'/],
  ['a graph model', { modelTopology: { class_name: 'X', config: {} } }, /'X', not a Keras model/],
  ['an unknown layer', model([INPUT, layer('Wavelet', 'w', ['in'])]), /layer 'w' \(Wavelet\).*not supported/],
  ['a layer named as a property', model([INPUT, layer('toString', 'w', ['in'])]), /'w' \(toString\)/],
  [
    'bilinear enlargement',
    model([INPUT, layer('UpSampling2D', 'u', ['in'], { interpolation: 'bilinear' })]),
    /layer 'u' .*'bilinear', which is not supported/,
  ],
  ['an unknown activation', model([INPUT, layer('Activation', 'a', ['in'], { activation: 'mish' })]), /mish/],
  ['a missing input', model([INPUT, layer('Add', 'a', ['in', 'gone'])]), /layer 'gone' is missing/],
  ['a circle', model([INPUT, layer('Add', 'a', ['in', 'b']), layer('Add', 'b', ['a', 'a'])]), /in a circle/],
  [
    'two inputs',
    model([INPUT, { ...INPUT, config: { ...INPUT.config, name: 'i' } }, layer('Add', 'a', ['in', 'i'])]),
    /2 inputs/,
  ],
  ['missing weights', model([INPUT, CONV], []), /layer 'conv' .*no weights/],
  ['a missing bias', model([INPUT, CONV], [KERNEL]), /no bias/, TAPS],
  ['too few weights', model([INPUT, CONV], [KERNEL, BIAS]), /wants 80 bytes of weights, there are 8/, [1, 2]],
  ['too many weights', model([INPUT, CONV], [BIAS]), /wants 8 bytes/, [1, 2, 3]],
  ['a negative shape', model([INPUT, CONV], [{ ...KERNEL, shape: [-3, 3, 1, 2] }]), /shape \[-3/],
  [
    'a shape beyond memory',
    model([INPUT, CONV], [{ ...KERNEL, shape: [65536, 65536, 9, 9] }]),
    /claims \d+ bytes/,
  ],
  ['an unknown type', model([INPUT, CONV], [{ ...KERNEL, dtype: 'string' }]), /unknown type 'string'/],
  ['weights that are no numbers', model([INPUT, CONV], [KERNEL, BIAS]), /no numbers/, [...TAPS, NaN, 0]],
  [
    'a stride of 0',
    model([INPUT, layer('Conv2D', 'conv', ['in'], { ...CONV.config, strides: [0, 1] })], [KERNEL, BIAS]),
    /strides \[0,1\]/,
    [...TAPS, 0, 0],
  ],
];

for (const [what, header, message, weights] of REFUSED) {
  test(`refuses ${what}`, async (t) => {
    const error = await t.throwsAsync(read(header, weights));
    t.like(error, { code: 'E_MODEL' });
    t.regex(error.message, message);
    t.regex(error.message, /^m\.json: /);
  });
}

test('the size of the weights is known before they are asked for', async (t) => {
  const header = JSON.stringify(model([INPUT, CONV], [KERNEL, BIAS]));
  await t.throwsAsync(
    readKeras('m.json', header, (paths, bytes) => {
      t.deepEqual(paths, ['a.bin']);
      t.is(bytes, 80);
      throw new Error('enough');
    }),
    { message: 'enough' },
  );
});

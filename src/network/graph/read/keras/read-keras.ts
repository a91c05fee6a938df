import { type Graph, type Node, ACTIVATIONS, NO_PADS, type Extent } from '../../graph.js';
import {
  readManifest,
  readTopology,
  groupBytes,
  readWeights,
  type Weight,
  type KerasLayer,
} from './keras-model.js';
import { damaged, graphOf } from '../../order.js';
import type { SrganError } from '../../../../system/errors.js';
import { samePads } from '../../shapes.js';

/** Gives the content of the files that lie beside the model's JSON, in their order, as one. */
export type ReadShards = (paths: readonly string[], expectedBytes: number) => Promise<Uint8Array>;

/**
 * Reads a Keras model as TensorFlow.js stores it (`layers-model`: model.json and weight shards). Tensors of
 * Keras are height × width × channels; the graph's are channels × height × width.
 * @throws SrganError E_MODEL, with the layer's name where a layer is the reason
 */
export async function readKeras(title: string, json: string, readShards: ReadShards): Promise<Graph> {
  const model = parsed(title, json);
  const { layers, output } = readTopology(title, model);
  const weights = new Map<string, Weight>();
  for (const group of readManifest(title, model)) {
    const bytes = await readShards(group.paths, groupBytes(title, group));
    for (const [name, weight] of readWeights(title, group, bytes)) weights.set(weightKey(name), weight);
  }
  const nodes = layers.flatMap((layer): Node[] =>
    readLayer(title, layer, (role) => weights.get(`${layer.name}/${role}`)),
  );
  return graphOf(title, nodes, output);
}

function parsed(title: string, json: string): unknown {
  try {
    return JSON.parse(json);
  } catch (cause) {
    throw damaged(title, 'its header is not JSON', cause);
  }
}

/** `model/conv/kernel:0` and `conv/kernel` are the same weight. */
function weightKey(name: string): string {
  return name.replace(/:\d+$/, '').split('/').slice(-2).join('/');
}

/** A weight of the layer by its role, such as `kernel`. */
type WeightOf = (role: string) => Weight | undefined;

interface Reading {
  readonly layer: KerasLayer;
  readonly weightOf: WeightOf;
  readonly refuse: (reason: string) => SrganError;
}

/**
 * The nodes of one layer; the last one carries the layer's name.
 * @throws SrganError E_MODEL for a layer or a setting that is not supported
 */
export function readLayer(title: string, layer: KerasLayer, weightOf: WeightOf): Node[] {
  const refuse = (reason: string) => damaged(title, `layer '${layer.name}' (${layer.className}) ${reason}`);
  if (layer.config.data_format === 'channels_first')
    throw refuse('has channels first, which is not supported');
  const [type] = /^PixelShuffle(?=\d*x$)/.exec(layer.className) ?? [layer.className];
  const read = Object.hasOwn(LAYERS, type) ? LAYERS[type] : undefined;
  if (!read) throw refuse('is of a type that is not supported');
  return read({ layer, weightOf, refuse });
}

const LAYERS: Readonly<Record<string, (reading: Reading) => Node[]>> = {
  InputLayer({ layer: { name, config }, refuse }) {
    const shape = config.batch_input_shape ?? config.batch_shape;
    const channels: unknown = Array.isArray(shape) && shape.length === 4 ? shape[3] : undefined;
    if (typeof channels !== 'number' || !Number.isInteger(channels) || channels < 1) {
      throw refuse('does not state its number of channels');
    }
    return [{ op: 'input', name, inputs: [], channels }];
  },

  Conv2D: convolution,

  Activation: ({ layer, refuse }) => activation(layer.name, layer.inputs, layer.config.activation, refuse),

  ReLU({ layer: { name, inputs, config }, refuse }) {
    const slope = number(config.negative_slope, 0);
    if (number(config.threshold, 0) !== 0) throw refuse('has a threshold, which is not supported');
    if (config.max_value === undefined || config.max_value === null) {
      return slope === 0
        ? [{ op: 'activation', name, inputs, activation: 'relu' }]
        : [{ op: 'leakyRelu', name, inputs, slope }];
    }
    if (slope !== 0) throw refuse('has a slope and a largest value, which is not supported');
    return [{ op: 'clip', name, inputs, min: 0, max: number(config.max_value, Infinity) }];
  },

  LeakyReLU: ({ layer: { name, inputs, config } }) => [
    { op: 'leakyRelu', name, inputs, slope: number(config.alpha ?? config.negative_slope, 0.3) },
  ],

  PReLU({ layer: { name, inputs }, weightOf, refuse }) {
    const alpha = weightOf('alpha');
    if (!alpha) throw refuse('has no weights');
    const [height, width] = alpha.shape;
    if (alpha.shape.length !== 3 || height !== 1 || width !== 1) {
      throw refuse('has a slope for each position, which is not supported');
    }
    return [{ op: 'prelu', name, inputs, slopes: alpha.values }];
  },

  Concatenate({ layer: { name, inputs, config }, refuse }) {
    const axis = number(config.axis, -1);
    if (axis !== 3 && axis !== -1) throw refuse(`joins along axis ${axis}, which is not supported`);
    return [{ op: 'concat', name, inputs }];
  },

  Add: ({ layer: { name, inputs } }) => [{ op: 'add', name, inputs }],

  Multiply({ layer: { name, inputs }, refuse }) {
    if (inputs.length !== 2) throw refuse('takes more than two inputs, which is not supported');
    return [{ op: 'mul', name, inputs }];
  },

  UpSampling2D({ layer: { name, inputs, config }, refuse }) {
    const { interpolation = 'nearest' } = config;
    if (interpolation !== 'nearest') {
      throw refuse(
        `has the interpolation '${String(interpolation)}', which is not supported: only nearest is`,
      );
    }
    return [{ op: 'upsample', name, inputs, factor: extent(config.size ?? 2, 'size', refuse) }];
  },

  Rescaling({ layer: { name, inputs, config } }) {
    const [scale, offset] = [number(config.scale, 1), number(config.offset, 0)];
    return [{ op: 'affine', name, inputs, scale: Float32Array.of(scale), offset: Float32Array.of(offset) }];
  },

  /** Of the UpscalerJS project: x · beta. */
  MultiplyBeta({ layer: { name, inputs, config } }) {
    const scale = Float32Array.of(number(config.beta, 0.2));
    return [{ op: 'affine', name, inputs, scale, offset: Float32Array.of(0) }];
  },

  /** Of the UpscalerJS project: `PixelShuffle2x` is tf.depthToSpace by 2. */
  PixelShuffle({ layer: { name, className, inputs, config }, refuse }) {
    const block = number(config.scale, Number(/\d+/.exec(className)?.[0] ?? NaN));
    if (!isSide(block)) throw refuse('does not state its factor');
    return [{ op: 'depthToSpace', name, inputs, block, mode: 'DCR' }];
  },
};

function convolution({ layer, weightOf, refuse }: Reading): Node[] {
  const { name, inputs, config } = layer;
  const weight = weightOf('kernel');
  if (!weight) throw refuse('has no weights');
  const [height, width, groupChannels, outChannels] = weight.shape;
  if (weight.shape.length !== 4 || !height || !width || !groupChannels || !outChannels) {
    throw refuse(`has weights of the shape [${weight.shape.join(', ')}]`);
  }
  const groups = number(config.groups, 1);
  const kernel = { height, width };
  const strides = extent(config.strides ?? 1, 'strides', refuse);
  const dilations = extent(config.dilation_rate ?? 1, 'dilation', refuse);
  const same = config.padding === 'same';
  if (!same && config.padding !== 'valid') throw refuse(`has the padding '${String(config.padding)}'`);
  const whole = strides.height === 1 && strides.width === 1;
  const bias = config.use_bias === false ? undefined : weightOf('bias')?.values;
  if (config.use_bias !== false && !bias) throw refuse('has no bias');
  const linear = isLinear(config.activation);
  const sum = linear ? name : `${name}/linear`;
  return [
    {
      op: 'conv',
      name: sum,
      inputs,
      inChannels: groupChannels * groups,
      outChannels,
      kernel,
      strides,
      dilations,
      groups,
      pads: !same ? NO_PADS : whole ? samePads(kernel, dilations) : 'same',
      weights: outputFirst(weight.values, height * width, groupChannels, outChannels),
      bias,
    },
    ...(linear ? [] : activation(name, [sum], config.activation, refuse)),
  ];
}

/** From taps × in × out to out × in × taps. */
function outputFirst(values: Float32Array, taps: number, inputs: number, outputs: number): Float32Array {
  const turned = new Float32Array(values.length);
  let at = 0;
  for (let tap = 0; tap < taps; tap += 1) {
    for (let input = 0; input < inputs; input += 1) {
      for (let output = 0; output < outputs; output += 1) {
        turned[(output * inputs + input) * taps + tap] = values[at] as number;
        at += 1;
      }
    }
  }
  return turned;
}

function isLinear(activation: unknown): boolean {
  return activation === undefined || activation === null || activation === 'linear';
}

function activation(
  name: string,
  inputs: readonly string[],
  wanted: unknown,
  refuse: Reading['refuse'],
): Node[] {
  if (isLinear(wanted)) {
    return [{ op: 'affine', name, inputs, scale: Float32Array.of(1), offset: Float32Array.of(0) }];
  }
  if (wanted === 'relu6') return [{ op: 'clip', name, inputs, min: 0, max: 6 }];
  const known = ACTIVATIONS.find((activation) => activation === wanted);
  if (!known) throw refuse(`has the activation '${JSON.stringify(wanted)}', which is not supported`);
  return [{ op: 'activation', name, inputs, activation: known }];
}

function number(value: unknown, otherwise: number): number {
  return typeof value === 'number' ? value : otherwise;
}

/** The upper limit is far above all that makes sense, and keeps a damaged header from costing anything. */
function isSide(value: number | undefined): value is number {
  return value !== undefined && Number.isInteger(value) && value >= 1 && value <= 64;
}

/** Keras states [height, width], or one number for both. */
function extent(value: unknown, what: string, refuse: Reading['refuse']): Extent {
  const sides: unknown[] = Array.isArray(value) ? value : [value, value];
  const [height, width] = sides.map(Number);
  if (!isSide(height) || !isSide(width)) throw refuse(`has the ${what} ${JSON.stringify(value)}`);
  return { height, width };
}

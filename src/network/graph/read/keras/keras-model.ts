import { damaged } from '../../order.js';
import { halfToNumber } from '../../protobuf.js';

/** A layer of a Keras model: its class, its settings, and the layers that it takes. */
export interface KerasLayer {
  readonly name: string;
  readonly className: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly inputs: readonly string[];
}

export interface KerasTopology {
  readonly layers: readonly KerasLayer[];
  readonly output: string;
}

/**
 * Layers and output of a functional or sequential model.
 * @throws SrganError E_MODEL
 */
export function readTopology(title: string, model: unknown): KerasTopology {
  const topology = member(title, model, 'modelTopology');
  const inner = isRecord(topology) && 'model_config' in topology ? topology.model_config : topology;
  const className = member(title, inner, 'class_name');
  const config = member(title, inner, 'config');

  if (className === 'Sequential') {
    const listed = Array.isArray(config) ? config : list(title, member(title, config, 'layers'), 'layers');
    const layers = listed.map((layer) => readEntry(title, layer, []));
    const chained = layers.map((layer, i) => ({
      ...layer,
      inputs: layers.slice(Math.max(0, i - 1), i).map(nameOf),
    }));
    const last = chained.at(-1);
    if (!last) throw damaged(title, 'its header has no layers');
    return { layers: withInput(title, chained), output: last.name };
  }
  if (className !== 'Functional' && className !== 'Model') {
    throw damaged(title, `it is a '${String(className)}', not a Keras model`);
  }
  const layers = list(title, member(title, config, 'layers'), 'layers').map((layer) =>
    readEntry(title, layer, inboundOf(title, layer)),
  );
  const outputs = list(title, member(title, config, 'output_layers'), 'output layers');
  // one output may stand without a list around it
  const [output] = typeof outputs[0] === 'string' ? [outputs] : outputs;
  if (typeof outputs[0] !== 'string' && outputs.length !== 1) {
    throw damaged(title, `it has ${outputs.length} outputs where 1 is needed`);
  }
  return { layers, output: reference(title, output) };
}

/** @throws SrganError E_MODEL */
export function readManifest(title: string, model: unknown): WeightGroup[] {
  return list(title, member(title, model, 'weightsManifest'), 'weights').map((group) => {
    const paths = list(title, member(title, group, 'paths'), 'weight files');
    const weights = list(title, member(title, group, 'weights'), 'weights');
    return {
      paths: paths.map((path) => word(title, path, 'weight file')),
      weights: weights.map((w) => entry(title, w)),
    };
  });
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function readEntry(title: string, layer: unknown, inputs: readonly string[]): KerasLayer {
  const config = member(title, layer, 'config');
  if (!isRecord(config)) throw damaged(title, 'a layer has no settings');
  const given = isRecord(layer) && typeof layer.name === 'string' ? layer.name : config.name;
  const className = word(title, member(title, layer, 'class_name'), 'layer class');
  return { name: word(title, given, 'layer name'), className, config, inputs };
}

function inboundOf(title: string, layer: unknown): string[] {
  const calls = list(title, isRecord(layer) ? (layer.inbound_nodes ?? []) : [], 'layer inputs');
  if (calls.length > 1) {
    const name = isRecord(layer) ? String(layer.name) : '';
    throw damaged(title, `layer '${name}' is used more than once, which is not supported`);
  }
  return calls.flatMap((call) => list(title, call, 'layer inputs').map((input) => reference(title, input)));
}

/** [layer name, call, tensor, …] */
function reference(title: string, value: unknown): string {
  return word(title, list(title, value, 'layer inputs')[0], 'layer name');
}

/** A sequential model may state its input's shape on the first layer alone. */
function withInput(title: string, layers: readonly KerasLayer[]): KerasLayer[] {
  const [first, ...others] = layers;
  if (!first || first.className === 'InputLayer') return [...layers];
  const shape = first.config.batch_input_shape;
  if (shape === undefined) throw damaged(title, 'its header does not state the shape of the input');
  const name = `${first.name}/input`;
  const input = { name, className: 'InputLayer', config: { batch_input_shape: shape }, inputs: [] };
  return [input, { ...first, inputs: [name] }, ...others];
}

function entry(title: string, value: unknown): WeightEntry {
  const shape = list(title, member(title, value, 'shape'), 'weight shape');
  const quantization = isRecord(value) ? value.quantization : undefined;
  return {
    name: word(title, member(title, value, 'name'), 'weight name'),
    dtype: word(title, member(title, value, 'dtype'), 'weight type'),
    shape: shape.map(Number),
    ...(isRecord(quantization) && {
      quantization: {
        dtype: word(title, quantization.dtype, 'weight type'),
        scale: typeof quantization.scale === 'number' ? quantization.scale : undefined,
        min: typeof quantization.min === 'number' ? quantization.min : undefined,
      },
    }),
  };
}

function nameOf({ name }: KerasLayer): string {
  return name;
}

function member(title: string, value: unknown, key: string): unknown {
  if (!isRecord(value) || value[key] === undefined) throw damaged(title, `its header has no '${key}'`);
  return value[key];
}

function list(title: string, value: unknown, what: string): unknown[] {
  if (!Array.isArray(value)) throw damaged(title, `its header has no list of ${what}`);
  return value as unknown[];
}

function word(title: string, value: unknown, what: string): string {
  if (typeof value !== 'string') throw damaged(title, `its header lacks a ${what}`);
  return value;
}

/** An entry of the weights manifest of a TensorFlow.js model, as far as it is understood here. */
export interface WeightEntry {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly quantization?: { readonly dtype: string; readonly scale?: number; readonly min?: number };
}

export interface WeightGroup {
  /** Files that hold the weights one after the other, cut anywhere. */
  readonly paths: readonly string[];
  readonly weights: readonly WeightEntry[];
}

export interface Weight {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

const BYTES_PER_VALUE: Readonly<Record<string, number>> = { float32: 4, float16: 2, uint8: 1, uint16: 2 };
const MAX_BYTES = 2 ** 31 - 1;

/**
 * Bytes that the shards of a group hold together.
 * @throws SrganError E_MODEL for a shape or type that cannot be
 */
export function groupBytes(title: string, { weights }: WeightGroup): number {
  const bytes = weights.reduce((sum, entry) => sum + entryBytes(title, entry), 0);
  if (bytes > MAX_BYTES) throw damaged(title, `its header claims ${bytes} bytes of weights`);
  return bytes;
}

/**
 * The weights of a group by name, dequantised.
 * @param bytes exactly `groupBytes` of them
 */
export function readWeights(title: string, group: WeightGroup, bytes: Uint8Array): Map<string, Weight> {
  const expected = groupBytes(title, group);
  if (bytes.length !== expected) {
    throw damaged(title, `its header wants ${expected} bytes of weights, there are ${bytes.length}`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const weights = new Map<string, Weight>();
  let at = 0;
  for (const entry of group.weights) {
    const values = decode(entry, view, at);
    if (!values.every(Number.isFinite)) {
      throw damaged(title, `weight '${entry.name}' holds values that are no numbers`);
    }
    weights.set(entry.name, { shape: entry.shape, values });
    at += entryBytes(title, entry);
  }
  return weights;
}

function storedType({ dtype, quantization }: WeightEntry): string {
  return quantization?.dtype ?? dtype;
}

function entryBytes(title: string, entry: WeightEntry): number {
  const size = BYTES_PER_VALUE[storedType(entry)];
  if (size === undefined || (!entry.quantization && entry.dtype !== 'float32')) {
    throw damaged(title, `weight '${entry.name}' has the unknown type '${storedType(entry)}'`);
  }
  if (!entry.shape.every((side) => Number.isSafeInteger(side) && side >= 0)) {
    throw damaged(title, `weight '${entry.name}' has the shape [${entry.shape.join(', ')}]`);
  }
  return size * valueCount(entry);
}

function valueCount({ shape }: WeightEntry): number {
  return shape.reduce((product, side) => product * side, 1);
}

function decode(entry: WeightEntry, view: DataView, at: number): Float32Array {
  const { scale = 1, min = 0 } = entry.quantization ?? {};
  const count = valueCount(entry);
  const each = (read: (i: number) => number) => {
    const values = new Float32Array(count);
    for (let i = 0; i < count; i += 1) values[i] = read(i);
    return values;
  };
  switch (storedType(entry)) {
    case 'uint8':
      return each((i) => view.getUint8(at + i) * scale + min);
    case 'uint16':
      return each((i) => view.getUint16(at + 2 * i, true) * scale + min);
    case 'float16':
      return each((i) => halfToNumber(view.getUint16(at + 2 * i, true)));
    default:
      return each((i) => view.getFloat32(at + 4 * i, true));
  }
}

/**
 * TensorFlow.js has two kinds of model.json: `layers-model`, which is Keras, and `graph-model`, which lists
 * TensorFlow's own operations. Old files do not state which they are.
 */
export function isGraphModel(json: unknown): boolean {
  if (!isRecord(json)) return false;
  if (typeof json.format === 'string') return json.format === 'graph-model';
  return isRecord(json.modelTopology) && 'node' in json.modelTopology;
}

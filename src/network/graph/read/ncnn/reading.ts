import type { SrganError } from '../../../../system/errors.js';
import type { Node } from '../../graph.js';
import type { Shape } from '../../shapes.js';
import { damaged } from '../../order.js';
import { halfToNumber } from '../../protobuf.js';

/** A layer while it becomes nodes. */
export interface Reading {
  /** Of the node that carries the layer's result. */
  readonly name: string;
  /** Names of nodes, or of constants. */
  readonly inputs: readonly string[];
  readonly layer: NcnnLayer;
  readonly weights: NcnnWeights;
  /** Values by channel that a MemoryData layer gave, or undefined for the result of a node. */
  readonly constant: (input: string) => Float32Array | undefined;
  /** Of a node, for an input of some size that all strides divide. */
  readonly shapeOf: (node: string) => Shape;
  readonly refuse: (reason: string) => SrganError;
}

/** The nodes of a layer, the last one of which carries its name; or values that are the same for all images. */
export type Read = (reading: Reading) => Node[] | Float32Array;

/** Value of a setting that is one number. */
export function setting({ layer }: Reading, key: number, otherwise: number): number {
  return layer.settings.get(key)?.[0] ?? otherwise;
}

export function settings({ layer }: Reading, key: number): readonly number[] {
  return layer.settings.get(key) ?? [];
}

/**
 * A whole number from 0 or `least` on, with an upper limit far above all that makes sense: a damaged file
 * costs no memory.
 */
export function wholeSetting(reading: Reading, key: number, otherwise: number, least = 0): number {
  const value = setting(reading, key, otherwise);
  if (Number.isInteger(value) && value >= least && value < 2 ** 28) return value;
  throw reading.refuse(`has the setting ${key}=${value}`);
}

export function affine(
  name: string,
  input: string,
  scale: Float32Array | number,
  offset: Float32Array | number,
): Node {
  const values = (value: Float32Array | number) =>
    typeof value === 'number' ? Float32Array.of(value) : value;
  return { op: 'affine', name, inputs: [input], scale: values(scale), offset: values(offset) };
}

export function only({ inputs, refuse }: Reading): string {
  const [input] = inputs;
  if (input === undefined || inputs.length > 1)
    throw refuse(`takes ${inputs.length} inputs where 1 is needed`);
  return input;
}

/**
 * A line of a .param file: a layer, the blobs that it takes and gives, and its numbered settings.
 * Source: https://github.com/Tencent/ncnn/wiki/param-and-model-file-structure
 */
export interface NcnnLayer {
  readonly type: string;
  readonly name: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly settings: ReadonlyMap<number, readonly number[]>;
}

const MAGIC = '7767517';
const MAX_LAYERS = 100_000;

/** A setting that is a list is stored under this less its number. */
const LISTS = -23300;

/** @throws SrganError E_MODEL */
export function readParam(title: string, text: string): NcnnLayer[] {
  const [magic, counts, ...lines] = text.split(/\r?\n/).filter((line) => line.trim() !== '');
  if (magic?.trim() !== MAGIC) throw damaged(title, 'it is no ncnn param file');
  const [layers = 0, blobs = 0] = words(counts ?? '').map(Number);
  if (!isCount(layers) || !isCount(blobs)) throw damaged(title, 'it does not state its number of layers');
  if (lines.length < layers) {
    throw damaged(title, `it states ${layers} layers and ends after ${lines.length}`);
  }
  return lines.slice(0, layers).map((line) => readLine(title, line));
}

function readLine(title: string, line: string): NcnnLayer {
  const [type, name, inputCount, outputCount, ...rest] = words(line);
  const [inputs, outputs] = [Number(inputCount), Number(outputCount)];
  if (!type || !name || !isCount(inputs) || !isCount(outputs) || rest.length < inputs + outputs) {
    throw damaged(title, `its line '${line.trim().slice(0, 60)}' is no layer`);
  }
  return {
    type,
    name,
    inputs: rest.slice(0, inputs),
    outputs: rest.slice(inputs, inputs + outputs),
    settings: new Map(rest.slice(inputs + outputs).map((word) => readSetting(title, name, word))),
  };
}

function readSetting(title: string, layer: string, word: string): [number, number[]] {
  const [key = '', text = ''] = word.split('=');
  const [number, values] = [Number(key), text.split(',').map(Number)];
  const known = /^-?\d+$/.test(key) && text !== '' && values.every(Number.isFinite);
  if (!known) throw damaged(title, `layer '${layer}' has the setting '${word.slice(0, 60)}'`);
  return number <= LISTS ? [LISTS - number, values.slice(1)] : [number, values.slice(0, 1)];
}

function words(line: string): string[] {
  return line.trim().split(/\s+/);
}

function isCount(value: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= MAX_LAYERS;
}

/** The weights of a .bin file, one after the other in the order of the layers. */
export interface NcnnWeights {
  /** The next `count` values, as plain 32-bit floats. */
  plain(count: number): Float32Array;
  /** The next `count` values, in the form that the four bytes before them tell. */
  tagged(count: number): Float32Array;
  /** Bytes that no layer has taken. */
  readonly restBytes: number;
}

const FLOAT16 = 0x01306b47;
const INT8 = 0x000d4b38;
const FLOAT32_TAGGED = 0x0002c056;
const TABLE = 256;

/**
 * Source: https://github.com/Tencent/ncnn/wiki/param-and-model-file-structure
 * @throws SrganError E_MODEL, when asked for values that are not there
 */
export function openWeights(title: string, bytes: Uint8Array): NcnnWeights {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;

  /** Checked before anything of that size is made. */
  const skip = (length: number): number => {
    if (!(length >= 0 && length <= view.byteLength - at)) {
      throw damaged(title, `its layers need more weights than the ${bytes.length} bytes there are`);
    }
    at += length;
    return at - length;
  };
  const values = (count: number, read: (i: number) => number) => {
    const result = new Float32Array(count);
    for (let i = 0; i < count; i += 1) result[i] = read(i);
    if (!result.every(Number.isFinite)) throw damaged(title, 'its weights are no numbers');
    return result;
  };
  const plain = (count: number) => {
    const start = skip(4 * count);
    return values(count, (i) => view.getFloat32(start + 4 * i, true));
  };
  const half = (count: number) => {
    const start = skip(aligned(2 * count));
    return values(count, (i) => halfToNumber(view.getUint16(start + 2 * i, true)));
  };
  const fromTable = (count: number) => {
    const table = plain(TABLE);
    const start = skip(aligned(count));
    return values(count, (i) => table[view.getUint8(start + i)] as number);
  };

  return {
    plain,
    tagged(count) {
      const tag = view.getUint32(skip(4), true);
      if (tag === FLOAT16) return half(count);
      if (tag === INT8) throw damaged(title, 'its weights are of 8-bit integers, which is not supported');
      return tag === 0 || tag === FLOAT32_TAGGED ? plain(count) : fromTable(count);
    },
    get restBytes() {
      return view.byteLength - at;
    },
  };
}

function aligned(bytes: number): number {
  return Math.ceil(bytes / 4) * 4;
}

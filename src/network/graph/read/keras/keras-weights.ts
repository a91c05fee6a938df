import { halfToNumber } from '../../half.js';
import { damaged } from '../../order.js';

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

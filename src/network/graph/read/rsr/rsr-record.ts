import { damaged } from '../../order.js';
import { decodeXz } from './xz.js';

/** What a .rsr file of srgan-rust holds: how the network is built, and its weights in the order of its layers. */
export interface RsrRecord {
  readonly factor: number;
  /** The network has 2 to the power of this less 1 hidden layers. */
  readonly logDepth: number;
  /** Values by channel that each mean over the image is turned into, as a multiple of its channels; or 0. */
  readonly globalNodeFactor: number;
  readonly arrays: readonly RsrArray[];
}

export interface RsrArray {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

const MAX_BYTES = 2 ** 28;
const MAX_DIMENSIONS = 8;

/** Bytes of the numbers before the list of arrays, with and without the width of the network. */
const HEADS = [16, 12] as const;

/**
 * The file is an .xz of a record of bincode, whose bytes are sorted by their place in each group of four.
 * @throws SrganError E_MODEL
 */
export function readRsrRecord(title: string, bytes: Uint8Array): RsrRecord {
  const record = unshuffled(unpacked(title, bytes));
  const view = new DataView(record.buffer, record.byteOffset, record.byteLength);
  for (const head of HEADS) {
    const arrays = view.byteLength < head ? undefined : readArrays(view, head);
    if (!arrays) continue;
    const numbers = Array.from({ length: head / 4 }, (_, i) => view.getUint32(4 * i, true));
    const [logDepth = 0, globalNodeFactor = 0] = numbers.slice(-2);
    if (logDepth > 8 || globalNodeFactor > 64) throw damaged(title, 'it states a size that no network has');
    return { factor: numbers[0] ?? 0, logDepth, globalNodeFactor, arrays };
  }
  throw damaged(title, 'it is no network of srgan-rust, or is damaged');
}

function unpacked(title: string, bytes: Uint8Array): Uint8Array {
  try {
    return decodeXz(bytes, MAX_BYTES);
  } catch (cause) {
    if (cause instanceof RangeError) throw damaged(title, 'its compressed data is cut off or damaged', cause);
    throw cause;
  }
}

function unshuffled(bytes: Uint8Array): Uint8Array {
  const result = new Uint8Array(bytes.length);
  let from = 0;
  for (let offset = 0; offset < 4; offset += 1) {
    for (let to = offset; to < bytes.length; to += 4, from += 1) result[to] = bytes[from] as number;
  }
  return result;
}

/** Undefined where the bytes from `at` on are not a list of arrays up to the end. */
function readArrays(view: DataView, at: number): RsrArray[] | undefined {
  const arrays: RsrArray[] = [];
  const number = () => {
    if (view.byteLength - at < 8) return NaN;
    at += 8;
    return Number(view.getBigUint64(at - 8, true));
  };
  const count = number();
  // each takes 17 bytes at least
  if (!(count * 17 <= view.byteLength)) return undefined;
  for (let i = 0; i < count; i += 1) {
    at += 1;
    const dimensions = number();
    if (!(dimensions <= MAX_DIMENSIONS)) return undefined;
    const shape = Array.from({ length: dimensions }, number);
    const length = number();
    if (length !== shape.reduce((product, side) => product * side, 1)) return undefined;
    if (!(length * 4 <= view.byteLength - at)) return undefined;
    const start = at;
    const values = Float32Array.from({ length }, (_, place) => view.getFloat32(start + 4 * place, true));
    if (!values.every(Number.isFinite)) return undefined;
    at += 4 * length;
    arrays.push({ shape, values });
  }
  return at === view.byteLength ? arrays : undefined;
}

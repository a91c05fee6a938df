import { halfToNumber } from '../../half.js';
import { damaged } from '../../order.js';

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

import { createLzmaDecoder, type Output } from './lzma.js';

/** LZMA2: chunks of LZMA or of bytes as they are, each with its size before it. */
export interface Lzma2 {
  readonly bytes: Uint8Array;
  /** Bytes of the input that were taken, the end marker included. */
  readonly taken: number;
}

/**
 * @param mostBytes that may come out
 * @throws RangeError where the input is cut off or is no LZMA2, or where more comes out
 */
export function decodeLzma2(input: Uint8Array, mostBytes: number): Lzma2 {
  const output = growing(mostBytes);
  const decoder = createLzmaDecoder();
  let at = 0;
  const byte = () => {
    const value = input[at];
    if (value === undefined) throw new RangeError('The data is cut off.');
    at += 1;
    return value;
  };
  const take = (length: number) => {
    if (length > input.length - at) throw new RangeError('The data is cut off.');
    at += length;
    return input.subarray(at - length, at);
  };

  for (let control = byte(); control !== 0; control = byte()) {
    if (control < 0x80) {
      if (control > 2) throw new RangeError('The data has an unknown chunk.');
      const length = (byte() << 8) + byte() + 1;
      for (const value of take(length)) output.push(value);
      continue;
    }
    const length = ((control & 0x1f) << 16) + (byte() << 8) + byte() + 1;
    const packed = (byte() << 8) + byte() + 1;
    const reset = (control >> 5) & 3;
    if (reset >= 2) decoder.setProperties(byte());
    if (reset >= 1) decoder.resetState();
    decoder.decode(take(packed), output, length);
  }
  return { bytes: output.bytes(), taken: at };
}

function growing(mostBytes: number): Output & { bytes(): Uint8Array } {
  let held = new Uint8Array(Math.min(2 ** 16, mostBytes));
  let length = 0;
  return {
    get length() {
      return length;
    },
    back: (distance) => held[length - 1 - distance] as number,
    push(byte) {
      if (length === held.length) {
        if (length >= mostBytes) throw new RangeError('The data unpacks to more than is allowed.');
        const larger = new Uint8Array(Math.min(2 * length, mostBytes));
        larger.set(held);
        held = larger;
      }
      held[length] = byte;
      length += 1;
    },
    bytes: () => held.subarray(0, length),
  };
}

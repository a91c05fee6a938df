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

/**
 * The LZMA decoder, as LZMA2 uses it: a range coder over adaptive bits, literals and repeated matches.
 * Source: https://github.com/jljusten/LZMA-SDK/blob/master/DOC/lzma-specification.txt
 */
export interface LzmaDecoder {
  /** @throws RangeError for a byte that is no properties */
  setProperties(byte: number): void;
  resetState(): void;
  /**
   * Appends `length` bytes to `output`.
   * @throws RangeError where the input is cut off, or is no LZMA
   */
  decode(input: Uint8Array, output: Output, length: number): void;
}

/** What was decoded so far, which matches refer back to. */
export interface Output {
  readonly length: number;
  /** @param distance 0 for the last byte; only below `length` */
  back(distance: number): number;
  push(byte: number): void;
}

const STATES = 12;
const HALF = 1024;
const LENGTH_PROBS = 2 + 16 * 8 + 16 * 8 + 256;
const SHORTEST_MATCH = 2;
const [RANGE, CODE] = [0, 1] as const;

export function createLzmaDecoder(): LzmaDecoder {
  let [literalContext, literalPosition, positionMask] = [3, 0, 3];
  let probs = probabilities(0);
  let state = 0;
  let reps: [number, number, number, number] = [0, 0, 0, 0];
  let ready = false;

  let input: Uint8Array = new Uint8Array(0);
  let at = 0;
  // numbers of 32 bits that change with every bit: as plain variables each would be allocated anew
  const coder = new Uint32Array(2);

  return {
    setProperties(byte) {
      const [rest, lc] = [Math.floor(byte / 9), byte % 9];
      const [pb, lp] = [Math.floor(rest / 5), rest % 5];
      if (pb > 4 || lc + lp > 4) throw new RangeError('The properties of LZMA are out of range.');
      [literalContext, literalPosition, positionMask] = [lc, lp, (1 << pb) - 1];
      ready = true;
    },
    resetState() {
      probs = probabilities(literalContext + literalPosition);
      state = 0;
      reps = [0, 0, 0, 0];
    },
    decode(bytes, output, length) {
      if (!ready) throw new RangeError('There are no properties of LZMA.');
      [input, at] = [bytes, 0];
      if (nextByte() !== 0) throw new RangeError('The data is damaged.');
      coder[RANGE] = 0xffffffff;
      for (let i = 0; i < 4; i += 1) coder[CODE] = ((coder[CODE] as number) << 8) | nextByte();
      const end = output.length + length;
      while (output.length < end) decodeSymbol(output, end);
      // the coder ends with nothing left over
      if (coder[CODE] !== 0 || at !== input.length) throw new RangeError('The data is damaged.');
    },
  };

  function decodeSymbol(output: Output, end: number): void {
    const position = output.length & positionMask;
    if (bit(probs.isMatch, state * 16 + position) === 0) {
      decodeLiteral(output);
      return;
    }
    if (bit(probs.isRep, state) === 0) {
      const length = decodeLength(probs.matchLength, position);
      reps = [decodeDistance(length), reps[0], reps[1], reps[2]];
      state = state < 7 ? 7 : 10;
      copy(output, length, end);
      return;
    }
    if (bit(probs.isRepG0, state) === 0) {
      if (bit(probs.isRep0Long, state * 16 + position) === 0) {
        state = state < 7 ? 9 : 11;
        copy(output, 1, end);
        return;
      }
    } else if (bit(probs.isRepG1, state) === 0) {
      reps = [reps[1], reps[0], reps[2], reps[3]];
    } else if (bit(probs.isRepG2, state) === 0) {
      reps = [reps[2], reps[0], reps[1], reps[3]];
    } else {
      reps = [reps[3], reps[0], reps[1], reps[2]];
    }
    state = state < 7 ? 8 : 11;
    copy(output, decodeLength(probs.repLength, position), end);
  }

  function decodeLiteral(output: Output): void {
    const previous = output.length > 0 ? output.back(0) : 0;
    const low = output.length & ((1 << literalPosition) - 1);
    const first = 0x300 * ((low << literalContext) + (previous >> (8 - literalContext)));
    let symbol = 1;
    if (state >= 7) {
      let match = byteAt(output, reps[0]);
      while (symbol < 0x100) {
        const expected = (match >> 7) & 1;
        match <<= 1;
        const actual = bit(probs.literal, first + ((1 + expected) << 8) + symbol);
        symbol = (symbol << 1) | actual;
        if (actual !== expected) break;
      }
    }
    while (symbol < 0x100) symbol = (symbol << 1) | bit(probs.literal, first + symbol);
    output.push(symbol & 0xff);
    state = state < 4 ? 0 : state < 10 ? state - 3 : state - 6;
  }

  function decodeLength(lengths: Uint16Array, position: number): number {
    if (bit(lengths, 0) === 0) return SHORTEST_MATCH + tree(lengths, 2 + position * 8, 3);
    if (bit(lengths, 1) === 0) return SHORTEST_MATCH + 8 + tree(lengths, 2 + 128 + position * 8, 3);
    return SHORTEST_MATCH + 16 + tree(lengths, 2 + 256, 8);
  }

  function decodeDistance(length: number): number {
    const slot = tree(probs.slot, Math.min(length - SHORTEST_MATCH, 3) * 64, 6);
    if (slot < 4) return slot;
    const bits = (slot >> 1) - 1;
    const base = (2 | (slot & 1)) * 2 ** bits;
    if (slot < 14) return base + reverseTree(probs.special, base - slot, bits);
    return base + direct(bits - 4) * 16 + reverseTree(probs.align, 0, 4);
  }

  function copy(output: Output, length: number, end: number): void {
    if (output.length + length > end) throw new RangeError('A match is longer than its chunk.');
    for (let i = 0; i < length; i += 1) output.push(byteAt(output, reps[0]));
  }

  function byteAt(output: Output, distance: number): number {
    if (distance >= output.length) throw new RangeError('A match begins before the data.');
    return output.back(distance);
  }

  function bit(table: Uint16Array, index: number): 0 | 1 {
    const probability = table[index] as number;
    const [range, code] = [coder[RANGE] as number, coder[CODE] as number];
    const bound = (range >>> 11) * probability;
    const one = code >= bound;
    table[index] = one ? probability - (probability >> 5) : probability + ((2048 - probability) >> 5);
    narrow(one ? range - bound : bound, one ? code - bound : code);
    return one ? 1 : 0;
  }

  function narrow(range: number, code: number): void {
    const small = range < 2 ** 24;
    coder[RANGE] = small ? range << 8 : range;
    coder[CODE] = small ? (code << 8) | nextByte() : code;
  }

  function direct(bits: number): number {
    let value = 0;
    for (let i = 0; i < bits; i += 1) {
      const [range, code] = [(coder[RANGE] as number) >>> 1, coder[CODE] as number];
      const one = code >= range;
      narrow(range, one ? code - range : code);
      value = value * 2 + (one ? 1 : 0);
    }
    return value;
  }

  function tree(table: Uint16Array, first: number, bits: number): number {
    let symbol = 1;
    for (let i = 0; i < bits; i += 1) symbol = (symbol << 1) | bit(table, first + symbol);
    return symbol - (1 << bits);
  }

  function reverseTree(table: Uint16Array, first: number, bits: number): number {
    let [symbol, value] = [1, 0];
    for (let i = 0; i < bits; i += 1) {
      const one = bit(table, first + symbol);
      symbol = (symbol << 1) | one;
      value |= one << i;
    }
    return value;
  }

  function nextByte(): number {
    const byte = input[at];
    if (byte === undefined) throw new RangeError('The data is cut off.');
    at += 1;
    return byte;
  }
}

function probabilities(literalBits: number) {
  const even = (length: number) => new Uint16Array(length).fill(HALF);
  return {
    isMatch: even(STATES * 16),
    isRep: even(STATES),
    isRepG0: even(STATES),
    isRepG1: even(STATES),
    isRepG2: even(STATES),
    isRep0Long: even(STATES * 16),
    slot: even(4 * 64),
    special: even(128),
    align: even(16),
    matchLength: even(LENGTH_PROBS),
    repLength: even(LENGTH_PROBS),
    literal: even(0x300 << literalBits),
  };
}

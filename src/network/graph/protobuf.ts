/**
 * The wire format of Protocol Buffers, as far as ONNX needs it.
 * Source: https://protobuf.dev/programming-guides/encoding/
 */

/** Encoded bytes as a list of parts, so that weights are copied once, when the whole is written. */
export interface Encoded {
  readonly parts: readonly Uint8Array[];
  readonly bytes: number;
}

const VARINT = 0;
const FIXED64 = 1;
const DELIMITED = 2;
const FIXED32 = 5;

export function message(...fields: readonly Encoded[]): Encoded {
  return {
    parts: fields.flatMap(({ parts }) => parts),
    bytes: fields.reduce((sum, { bytes }) => sum + bytes, 0),
  };
}

export function integer(field: number, value: number): Encoded {
  return encoded(Uint8Array.from([...varint((field << 3) | VARINT), ...varint(value)]));
}

export function float(field: number, value: number): Encoded {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setFloat32(0, value, true);
  return encoded(Uint8Array.from([...varint((field << 3) | FIXED32), ...bytes]));
}

export function text(field: number, value: string): Encoded {
  return delimited(field, encoded(new TextEncoder().encode(value)));
}

/** A message within a message, or plain bytes. */
export function delimited(field: number, content: Encoded): Encoded {
  const head = Uint8Array.from([...varint((field << 3) | DELIMITED), ...varint(content.bytes)]);
  return { parts: [head, ...content.parts], bytes: head.length + content.bytes };
}

export function encoded(bytes: Uint8Array): Encoded {
  return { parts: [bytes], bytes: bytes.length };
}

export function sharedBytes({ parts, bytes }: Encoded): Uint8Array<SharedArrayBuffer> {
  const whole = new Uint8Array(new SharedArrayBuffer(bytes));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Negative numbers are written as the two's complement of 64 bits. */
function varint(value: number): number[] {
  const bytes: number[] = [];
  if (value >= 0) {
    let left = value;
    for (; left > 127; left = Math.floor(left / 128)) bytes.push((left % 128) | 128);
    return [...bytes, left];
  }
  let rest = BigInt.asUintN(64, BigInt(value));
  while (rest > 127n) {
    bytes.push(Number(rest & 127n) | 128);
    rest >>= 7n;
  }
  return [...bytes, Number(rest)];
}

export interface Field {
  readonly field: number;
  /** A varint as a signed 64-bit number, a fixed-width one as its bytes, or the bytes of a message or text. */
  readonly value: bigint | Uint8Array;
  /** The field with its tag, as it stands in the message. */
  readonly raw: Uint8Array;
}

/** @throws RangeError where the bytes are no message */
export function* fieldsOf(bytes: Uint8Array): Generator<Field> {
  let at = 0;

  const readVarint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = bytes[at];
      if (byte === undefined) throw new RangeError('A number is cut off.');
      at += 1;
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return BigInt.asIntN(64, value);
    }
    throw new RangeError('A number is too long.');
  };
  const readBytes = (length: number): Uint8Array => {
    if (length < 0 || length > bytes.length - at) throw new RangeError('A field ends beyond its message.');
    at += length;
    return bytes.subarray(at - length, at);
  };

  while (at < bytes.length) {
    const start = at;
    const tag = Number(readVarint());
    const value = readValue(tag & 7);
    yield { field: tag >>> 3, value, raw: bytes.subarray(start, at) };
  }

  function readValue(wire: number): bigint | Uint8Array {
    if (wire === VARINT) return readVarint();
    if (wire === FIXED64) return readBytes(8);
    if (wire === FIXED32) return readBytes(4);
    if (wire === DELIMITED) return readBytes(Number(readVarint()));
    throw new RangeError(`A field has the unknown wire type ${wire}.`);
  }
}

export function asNumber(value: Field['value']): number {
  if (typeof value !== 'bigint') throw new RangeError('A number is stored as bytes.');
  return Number(value);
}

export function asBytes(value: Field['value']): Uint8Array {
  if (typeof value === 'bigint') throw new RangeError('Bytes are stored as a number.');
  return value;
}

export function asText(value: Field['value']): string {
  return new TextDecoder().decode(asBytes(value));
}

export function asFloat(value: Field['value']): number {
  const bytes = asBytes(value);
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getFloat32(0, true);
}

/** A repeated number: one field per number, or all packed into one. */
export function asNumbers(value: Field['value']): number[] {
  if (typeof value === 'bigint') return [Number(value)];
  const numbers: number[] = [];
  let rest = 0n;
  let shift = 0n;
  for (const byte of value) {
    rest |= BigInt(byte & 127) << shift;
    shift += 7n;
    if (byte >= 128) continue;
    numbers.push(Number(BigInt.asIntN(64, rest)));
    rest = 0n;
    shift = 0n;
  }
  return numbers;
}

/** IEEE 754 binary16. */
export function halfToNumber(half: number): number {
  return (table ??= everyHalf())[half] as number;
}

let table: Float32Array | undefined;

/** Networks hold millions of them: each of the 65,536 is worked out once. */
function everyHalf(): Float32Array {
  return Float32Array.from({ length: 2 ** 16 }, (_, half) => decoded(half));
}

function decoded(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >> 10) & 31;
  const fraction = half & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

import { delimited, encoded, float, integer, message, text, type Encoded } from './protobuf.js';

/**
 * The Protocol Buffers messages of an ONNX graph.
 * Source of the field numbers: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto
 */

const FLOAT = 1;
const UINT8 = 2;
const INT8 = 3;
const INT32 = 6;
const INT64 = 7;

type Values = Float32Array | Uint8Array | Int8Array | Int32Array;

/** The messages of a node. */
export interface Emitted {
  readonly operators: readonly Encoded[];
  /** Weights. */
  readonly constants: readonly Constant[];
  /** Constant inputs of the operators. */
  readonly settings?: readonly Encoded[];
}

export interface Constant {
  readonly name: string;
  readonly tensor: Encoded;
}

export function operator(
  type: string,
  inputs: readonly string[],
  output: string,
  attributes: readonly Encoded[],
): Encoded {
  return message(
    ...inputs.map((input) => text(1, input)),
    text(2, output),
    text(3, output),
    text(4, type),
    ...attributes.map((attribute) => delimited(5, attribute)),
  );
}

export function tensor(name: string, dims: readonly number[], values: Values): Encoded {
  return message(
    ...dims.map((dim) => integer(1, dim)),
    integer(2, typeOf(values)),
    text(8, name),
    delimited(9, encoded(littleEndian(values))),
  );
}

export function integers(name: string, values: readonly number[]): Encoded {
  return message(
    integer(1, values.length),
    integer(2, INT64),
    ...values.map((value) => integer(7, value)),
    text(8, name),
  );
}

function typeOf(values: Values): number {
  if (values instanceof Float32Array) return FLOAT;
  if (values instanceof Int32Array) return INT32;
  return values instanceof Int8Array ? INT8 : UINT8;
}

function littleEndian(values: Values): Uint8Array {
  if (values.BYTES_PER_ELEMENT === 1 || new Uint8Array(Uint16Array.of(1).buffer)[0] === 1) {
    return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  }
  const view = new DataView(new ArrayBuffer(values.byteLength));
  values.forEach((value, i) => {
    if (values instanceof Float32Array) view.setFloat32(4 * i, value, true);
    else view.setInt32(4 * i, value, true);
  });
  return new Uint8Array(view.buffer);
}

export function valueInfo(name: string, [channels, height, width]: readonly (number | string)[]): Encoded {
  const dims = [1, channels, height, width].map((dim) =>
    delimited(1, typeof dim === 'number' ? integer(1, dim) : text(2, dim ?? '')),
  );
  const tensorType = message(integer(1, FLOAT), delimited(2, message(...dims)));
  return message(text(1, name), delimited(2, delimited(1, tensorType)));
}

/** Describes a list of integers. */
export function listInfo(name: string, length: number): Encoded {
  const dims = delimited(1, integer(1, length));
  return message(text(1, name), delimited(2, delimited(1, message(integer(1, INT64), delimited(2, dims)))));
}

export function floatAttribute(name: string, value: number): Encoded {
  return message(text(1, name), float(2, value), integer(20, 1));
}

export function intAttribute(name: string, value: number): Encoded {
  return message(text(1, name), integer(3, value), integer(20, 2));
}

export function textAttribute(name: string, value: string): Encoded {
  return message(text(1, name), text(4, value), integer(20, 3));
}

export function intsAttribute(name: string, values: readonly number[]): Encoded {
  return message(text(1, name), ...values.map((value) => integer(8, value)), integer(20, 7));
}

export function tensorAttribute(name: string, value: Encoded): Encoded {
  return message(text(1, name), delimited(5, value), integer(20, 4));
}

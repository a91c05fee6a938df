import {
  halfToNumber,
  asBytes,
  asFloat,
  asNumber,
  asNumbers,
  asText,
  fieldsOf,
  type Field,
  delimited,
  message,
  text,
  type Encoded,
} from '../../protobuf.js';
import { damaged } from '../../order.js';

/**
 * An ONNX file as far as it is looked into here.
 * Source of the field numbers: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto
 */
export interface OnnxModel {
  readonly nodes: readonly OnnxNode[];
  readonly initializers: ReadonlyMap<string, OnnxTensor>;
  /** Without the initializers that old files list among their inputs. */
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  /** What it says of itself. */
  readonly metadata: ReadonlyMap<string, string>;
}

export interface OnnxNode {
  readonly type: string;
  /** Empty for the operators of ONNX itself. */
  readonly domain: string;
  /** Empty where an optional input is left out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: ReadonlyMap<string, OnnxAttribute>;
}

export interface OnnxAttribute {
  readonly number: number | undefined;
  readonly text: string | undefined;
  readonly numbers: readonly number[];
  readonly tensor: OnnxTensor | undefined;
}

export interface OnnxTensor {
  readonly name: string;
  readonly dims: readonly number[];
  /** Undefined for types that no weight has, such as text. */
  readonly values: Float32Array | undefined;
  readonly external: boolean;
}

export interface OnnxValue {
  readonly name: string;
  /** Type number of ONNX: 1 is float32, 10 float16. */
  readonly type: number;
  /** Undefined for a side that is free. */
  readonly dims: readonly (number | undefined)[];
}

/** @throws SrganError E_MODEL where the bytes are no ONNX model */
export function readOnnxModel(title: string, bytes: Uint8Array): OnnxModel {
  try {
    const graphs = [...fieldsOf(bytes)].filter(({ field }) => field === 7);
    // a message that comes twice is meant to be merged
    if (graphs.length > 0) {
      const graph = readGraph(Buffer.concat(graphs.map(({ value }) => asBytes(value))));
      return { ...graph, metadata: metadataOf(bytes) };
    }
  } catch (cause) {
    throw damaged(title, 'it is not an ONNX file or is damaged', cause);
  }
  throw damaged(title, 'it is not an ONNX file or is damaged');
}

function readGraph(bytes: Uint8Array): Omit<OnnxModel, 'metadata'> {
  const fields = byNumber(bytes);
  const initializers = new Map(
    all(fields, 5).map((value) => {
      const tensor = readTensor(asBytes(value));
      return [tensor.name, tensor] as const;
    }),
  );
  return {
    nodes: all(fields, 1).map((value) => readNode(asBytes(value))),
    initializers,
    inputs: all(fields, 11)
      .map((value) => readValue(asBytes(value)))
      .filter(({ name }) => !initializers.has(name)),
    outputs: all(fields, 12).map((value) => readValue(asBytes(value))),
  };
}

function readNode(bytes: Uint8Array): OnnxNode {
  const fields = byNumber(bytes);
  return {
    inputs: all(fields, 1).map(asText),
    outputs: all(fields, 2).map(asText),
    type: all(fields, 4).map(asText).join(''),
    domain: all(fields, 7)
      .map(asText)
      .join('')
      .replace(/^ai\.onnx$/, ''),
    attributes: new Map(all(fields, 5).map((value) => readAttribute(asBytes(value)))),
  };
}

function readAttribute(bytes: Uint8Array): [string, OnnxAttribute] {
  const fields = byNumber(bytes);
  const [tensor] = all(fields, 5);
  const attribute = {
    number: all(fields, 2).map(asFloat)[0] ?? all(fields, 3).map(asNumber)[0],
    text: all(fields, 4).map(asText)[0],
    numbers: [...all(fields, 7).flatMap(asFloats), ...all(fields, 8).flatMap(asNumbers)],
    tensor: tensor === undefined ? undefined : readTensor(asBytes(tensor)),
  };
  return [all(fields, 1).map(asText).join(''), attribute];
}

function readTensor(bytes: Uint8Array): OnnxTensor {
  const fields = byNumber(bytes);
  const dims = all(fields, 1).flatMap(asNumbers);
  const external = all(fields, 14).map(asNumber).includes(1);
  const type = all(fields, 2).map(asNumber)[0] ?? 0;
  const values = external ? undefined : tensorValues(fields, type);
  const count = dims.reduce((product, side) => product * side, 1);
  if (values && values.length !== count) throw new RangeError('A tensor has not the values of its shape.');
  return { name: all(fields, 8).map(asText).join(''), dims, values, external };
}

const FLOAT32 = 1;
const INT32 = 6;
const INT64 = 7;
const FLOAT16 = 10;
const DOUBLE = 11;

function tensorValues(fields: Fields, type: number): Float32Array | undefined {
  const [raw] = all(fields, 9).map(asBytes);
  if (raw === undefined) {
    if (type === FLOAT32) return Float32Array.from(all(fields, 4).flatMap(asFloats));
    if (type === INT32) return Float32Array.from(all(fields, 5).flatMap(asNumbers));
    if (type === INT64) return Float32Array.from(all(fields, 7).flatMap(asNumbers));
    return undefined;
  }
  const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
  const each = (size: number, read: (at: number) => number) => {
    const values = new Float32Array(Math.floor(raw.length / size));
    for (let i = 0; i < values.length; i += 1) values[i] = read(i * size);
    return values;
  };
  if (type === FLOAT32) return each(4, (at) => view.getFloat32(at, true));
  if (type === FLOAT16) return each(2, (at) => halfToNumber(view.getUint16(at, true)));
  if (type === INT32) return each(4, (at) => view.getInt32(at, true));
  if (type === INT64) return each(8, (at) => Number(view.getBigInt64(at, true)));
  if (type === DOUBLE) return each(8, (at) => view.getFloat64(at, true));
  return undefined;
}

function readValue(bytes: Uint8Array): OnnxValue {
  const fields = byNumber(bytes);
  const tensor = inner(inner(fields, 2), 1);
  const dims = all(inner(tensor, 2), 1).map((dim) => all(byNumber(asBytes(dim)), 1).map(asNumber)[0]);
  return { name: all(fields, 1).map(asText).join(''), type: all(tensor, 1).map(asNumber)[0] ?? 0, dims };
}

type Fields = ReadonlyMap<number, readonly Field['value'][]>;

function byNumber(bytes: Uint8Array): Fields {
  const fields = new Map<number, Field['value'][]>();
  for (const { field, value } of fieldsOf(bytes)) {
    const values = fields.get(field);
    if (values) values.push(value);
    else fields.set(field, [value]);
  }
  return fields;
}

function all(fields: Fields, field: number): readonly Field['value'][] {
  return fields.get(field) ?? [];
}

function inner(fields: Fields, field: number): Fields {
  const [value] = all(fields, field);
  return value === undefined ? new Map() : byNumber(asBytes(value));
}

/** Packed, or one of a list that is not. */
function asFloats(value: Field['value']): number[] {
  const bytes = asBytes(value);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: Math.floor(bytes.length / 4) }, (_, i) => view.getFloat32(4 * i, true));
}

/** What an ONNX file says of itself beside its graph: `metadata_props` of the model. */
const METADATA = 14;

/** Fields of a model. */
export function metadata(entries: Readonly<Record<string, string>>): Encoded {
  return message(
    ...Object.entries(entries).map(([key, value]) =>
      delimited(METADATA, message(text(1, key), text(2, value))),
    ),
  );
}

/** @throws RangeError where the bytes are no ONNX model */
export function metadataOf(model: Uint8Array): ReadonlyMap<string, string> {
  const entries = [...fieldsOf(model)].filter(({ field }) => field === METADATA);
  return new Map(
    entries.map(({ value }) => {
      const texts = new Map([...fieldsOf(asBytes(value))].map((part) => [part.field, asText(part.value)]));
      return [texts.get(1) ?? '', texts.get(2) ?? ''];
    }),
  );
}

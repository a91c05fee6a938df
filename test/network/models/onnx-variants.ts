import {
  intAttribute,
  integers,
  intsAttribute,
  operator,
  tensor,
  tensorAttribute,
} from '../../../src/network/graph/onnx-messages.js';
import {
  asBytes,
  asNumber,
  asText,
  delimited,
  encoded,
  fieldsOf,
  integer,
  message,
  sharedBytes,
  text,
  type Encoded,
} from '../../../src/network/graph/protobuf.js';
import { changeFields } from '../graph/change-fields.js';

const FLOAT16 = 10;

/** What another program's export of a network has around it. */
export interface Variant {
  /** Operators from the image to `input`, and from `output` to the result. */
  readonly before?: readonly Made[];
  readonly after?: readonly Made[];
  /** Sides of what is taken and given; text is a free one. */
  readonly takes?: readonly (number | string)[];
  readonly gives?: readonly (number | string)[];
  readonly takesType?: number;
  readonly givesType?: number;
}

/** An operator on one value; others that it needs are constants. */
export interface Made {
  readonly type: string;
  readonly attributes?: readonly Encoded[];
  readonly constants?: readonly Encoded[];
}

export const transpose = (...perm: number[]): Made => ({
  type: 'Transpose',
  attributes: [intsAttribute('perm', perm)],
});
export const pick = (axis: number, ...indices: number[]): Made => ({
  type: 'Gather',
  attributes: [intAttribute('axis', axis)],
  constants: [integers('', indices)],
});
export const arithmetic = (type: 'Mul' | 'Add', value: number): Made => ({
  type,
  constants: [tensor('', [], Float32Array.of(value))],
});
export const castTo = (type: number): Made => ({ type: 'Cast', attributes: [intAttribute('to', type)] });
/** Changes nothing, and is no operator that a graph is read with. */
export const unknown: readonly Made[] = ['Unsqueeze', 'Squeeze'].map((type) => ({
  type,
  constants: [integers('', [0])],
}));

const FREE = [1, 3, 'height', 'width'] as const;

/** A model of ours, with `input` and `output`, as another program would have written it. */
export function varied(model: Uint8Array, variant: Variant): Uint8Array<SharedArrayBuffer> {
  const { before = [], after = [], takes = FREE, gives = FREE, takesType = 1, givesType = 1 } = variant;
  const inner = [...fieldsOf(model)]
    .filter(({ field }) => field === 7)
    .flatMap(({ value }) => [...fieldsOf(asBytes(value))])
    .filter(({ field }) => field !== 11 && field !== 12);
  const graph = message(
    ...chain('image', 'input', before),
    ...inner.map(({ raw }) => encoded(raw)),
    ...chain('output', 'result', after),
    delimited(11, valueOf('image', takes, takesType)),
    delimited(12, valueOf('result', gives, givesType)),
  );
  const others = [...fieldsOf(model)].filter(({ field }) => field !== 7).map(({ raw }) => encoded(raw));
  return sharedBytes(message(...others, delimited(7, graph)));
}

function chain(from: string, to: string, made: readonly Made[]): Encoded[] {
  const all = made.length > 0 ? made : [{ type: 'Identity' }];
  const nameOf = (i: number) => (i === 0 ? from : i === all.length ? to : `${from}-${i}`);
  return all.flatMap(({ type, attributes = [], constants = [] }: Made, i) => {
    const names = constants.map((_, c) => `${from}-${i}-constant-${c}`);
    return [
      ...constants.map((constant, c) =>
        operator('Constant', [], names[c]!, [tensorAttribute('value', constant)]),
      ),
      operator(type, [nameOf(i), ...names], nameOf(i + 1), attributes),
    ].map((node) => delimited(1, node));
  });
}

function valueOf(name: string, dims: readonly (number | string)[], type: number): Encoded {
  const sides = dims.map((dim) => delimited(1, typeof dim === 'number' ? integer(1, dim) : text(2, dim)));
  return message(
    text(1, name),
    delimited(2, delimited(1, message(integer(1, type), delimited(2, message(...sides))))),
  );
}

/** The weights of the convolutions in 16 bits, so that all is computed in them. */
export function halved(model: Uint8Array): Uint8Array<SharedArrayBuffer> {
  return sharedBytes(
    changeFields(model, 7, (graph) =>
      changeFields(graph, 5, (initializer) => {
        const fields = [...fieldsOf(initializer)];
        const name = asText(fields.find(({ field }) => field === 8)!.value);
        const type = asNumber(fields.find(({ field }) => field === 2)!.value);
        if (type !== 1 || !/:(weights|bias)$/.test(name)) return encoded(initializer);
        const raw = asBytes(fields.find(({ field }) => field === 9)!.value);
        const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
        const halves = Uint16Array.from({ length: raw.length / 4 }, (_, i) =>
          half(view.getFloat32(4 * i, true)),
        );
        const kept = fields.filter(({ field }) => field !== 2 && field !== 9);
        return message(
          ...kept.map((field) => encoded(field.raw)),
          integer(2, FLOAT16),
          delimited(9, encoded(new Uint8Array(halves.buffer))),
        );
      }),
    ),
  );
}

/** IEEE 754 binary16, rounded to the nearest; no weight is as large as its largest. */
function half(value: number): number {
  const sign = value < 0 ? 0x8000 : 0;
  const size = Math.abs(value);
  if (size < 2 ** -14) return sign | Math.round(size * 2 ** 24);
  const exponent = Math.floor(Math.log2(size));
  const fraction = Math.round((size / 2 ** exponent - 1) * 1024);
  return sign | (((exponent + 15) << 10) + fraction);
}

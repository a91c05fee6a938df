import {
  asBytes,
  asNumber,
  asText,
  delimited,
  encoded,
  fieldsOf,
  integer,
  message,
  type Encoded,
} from '../../protobuf.js';

/** Where the values of a tensor lie beside the model. */
export interface ExternalData {
  readonly location: string;
  readonly offset: number;
  /** Undefined: up to the end of the file. */
  readonly length: number | undefined;
}

/**
 * The same model with the weights that lie in other files put into it.
 * Source: https://github.com/onnx/onnx/blob/main/docs/ExternalData.md
 * @throws RangeError where the bytes are no ONNX model
 */
export async function withExternalData(
  model: Uint8Array,
  read: (data: ExternalData) => Promise<Uint8Array>,
): Promise<Encoded> {
  return rewritten(model, GRAPH, (graph) =>
    rewritten(graph, INITIALIZER, async (tensor) => {
      const fields = [...fieldsOf(tensor)];
      if (!fields.some(({ field, value }) => field === LOCATION && asNumber(value) === 1)) {
        return encoded(tensor);
      }
      const entries = fields
        .filter(({ field }) => field === EXTERNAL)
        .map(({ value }) => entry(asBytes(value)));
      const kept = fields.filter(({ field }) => field !== LOCATION && field !== EXTERNAL && field !== RAW);
      const bytes = await read(externalData(new Map(entries)));
      return message(
        ...kept.map(({ raw }) => encoded(raw)),
        integer(LOCATION, 0),
        delimited(RAW, encoded(bytes)),
      );
    }),
  );
}

const GRAPH = 7;
const INITIALIZER = 5;
const RAW = 9;
const EXTERNAL = 13;
const LOCATION = 14;

async function rewritten(
  bytes: Uint8Array,
  wanted: number,
  rewrite: (content: Uint8Array) => Promise<Encoded>,
): Promise<Encoded> {
  const parts: Encoded[] = [];
  for (const { field, value, raw } of fieldsOf(bytes)) {
    parts.push(field === wanted ? delimited(field, await rewrite(asBytes(value))) : encoded(raw));
  }
  return message(...parts);
}

function entry(bytes: Uint8Array): [string, string] {
  const texts = new Map([...fieldsOf(bytes)].map(({ field, value }) => [field, asText(value)]));
  return [texts.get(1) ?? '', texts.get(2) ?? ''];
}

function externalData(entries: ReadonlyMap<string, string>): ExternalData {
  const length = entries.get('length');
  const data = {
    location: entries.get('location') ?? '',
    offset: Number(entries.get('offset') ?? 0),
    length: length === undefined ? undefined : Number(length),
  };
  for (const number of [data.offset, data.length ?? 0]) {
    if (!Number.isSafeInteger(number) || number < 0)
      throw new RangeError('A tensor lies at an impossible place.');
  }
  return data;
}

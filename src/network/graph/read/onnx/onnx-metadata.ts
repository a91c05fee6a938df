import { asBytes, asText, delimited, fieldsOf, message, text, type Encoded } from '../../protobuf.js';

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

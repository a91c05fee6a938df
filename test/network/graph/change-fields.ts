import {
  asBytes,
  delimited,
  encoded,
  fieldsOf,
  message,
  type Encoded,
} from '../../../src/network/graph/protobuf.js';

/** The message with the content of every field of the number `wanted` changed. */
export function changeFields(
  content: Uint8Array,
  wanted: number,
  change: (inner: Uint8Array) => Encoded,
): Encoded {
  return message(
    ...[...fieldsOf(content)].map(({ field, value, raw }) =>
      field === wanted ? delimited(field, change(asBytes(value))) : encoded(raw),
    ),
  );
}

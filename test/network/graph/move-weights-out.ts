import {
  asBytes,
  delimited,
  encoded,
  fieldsOf,
  integer,
  message,
  sharedBytes,
  text,
} from '../../../src/network/graph/protobuf.js';
import { changeFields } from './change-fields.js';

/** The model with all of its weights moved to the file `location` beside it. */
export function moveWeightsOut(
  bytes: Uint8Array,
  location: string,
): { model: Uint8Array; weights: Uint8Array } {
  const moved: Uint8Array[] = [];
  let offset = 0;
  const model = changeFields(bytes, 7, (graph) =>
    changeFields(graph, 5, (initializer) => {
      const fields = [...fieldsOf(initializer)];
      const data = asBytes(fields.find(({ field }) => field === 9)!.value);
      const entry = (key: string, value: string) => delimited(13, message(text(1, key), text(2, value)));
      const place = [
        entry('location', location),
        entry('offset', `${offset}`),
        entry('length', `${data.length}`),
      ];
      moved.push(data);
      offset += data.length;
      const kept = fields.filter(({ field }) => field !== 9).map(({ raw }) => encoded(raw));
      return message(...kept, ...place, integer(14, 1));
    }),
  );
  return { model: sharedBytes(model), weights: Buffer.concat(moved) };
}

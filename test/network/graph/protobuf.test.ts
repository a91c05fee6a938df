import test from 'ava';
import {
  asBytes,
  asFloat,
  asNumber,
  asNumbers,
  asText,
  delimited,
  encoded,
  fieldsOf,
  float,
  integer,
  message,
  sharedBytes,
  text,
} from '../../../src/network/graph/protobuf.js';

test('what is written is read again', (t) => {
  const numbers = [0, 1, 127, 128, 300, 2 ** 31, 2 ** 53 - 1, -1, -128];
  const bytes = sharedBytes(
    message(
      ...numbers.map((number) => integer(1, number)),
      float(2, 0.25),
      text(16, 'größe'),
      delimited(2000, message(integer(1, 7))),
      delimited(4, encoded(Uint8Array.of())),
    ),
  );
  const fields = [...fieldsOf(bytes)];
  const values = (field: number) => fields.filter((one) => one.field === field).map(({ value }) => value);
  t.deepEqual(values(1).map(asNumber), numbers);
  t.deepEqual(values(2).map(asFloat), [0.25]);
  t.deepEqual(values(16).map(asText), ['größe']);
  t.deepEqual(
    values(2000).flatMap((value) => [...fieldsOf(asBytes(value))].map(({ field }) => field)),
    [1],
  );
  t.deepEqual(values(4).map(asBytes), [new Uint8Array(sharedBytes(encoded(Uint8Array.of())))]);
  t.deepEqual(Buffer.concat(fields.map(({ raw }) => raw)), Buffer.from(bytes));
});

test('the example of the format: field 1 with 150', (t) => {
  t.deepEqual([...sharedBytes(integer(1, 150))], [0x08, 0x96, 0x01]);
  t.deepEqual(asNumbers(Uint8Array.of(0x03, 0x8e, 0x02, 0x9e, 0xa7, 0x05)), [3, 270, 86942]);
});

const DAMAGED: [string, number[]][] = [
  ['a number that is cut off', [0x08, 0x96]],
  ['a number without an end', [0x08, ...Array<number>(11).fill(0xff)]],
  ['a field longer than its message', [0x0a, 5, 1, 2]],
  ['a field of a negative length', [0x0a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01]],
  ['a fixed number that is cut off', [0x0d, 1, 2, 3]],
  ['an unknown wire type', [0x0b]],
];

for (const [what, bytes] of DAMAGED) {
  test(`refuses ${what}`, (t) => {
    t.throws(() => [...fieldsOf(Uint8Array.from(bytes))], { instanceOf: RangeError });
  });
}

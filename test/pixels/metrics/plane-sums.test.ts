import test from 'ava';
import { planeReader, shapeOfPair } from '../../../src/pixels/metrics/open-rows.js';

const read = (channels: 1 | 3 | 4, maxValue: 255 | 65535, samples: number[], other: 1 | 3 | 4 = channels) => {
  const widthPx = samples.length / channels;
  const values = maxValue === 255 ? Uint8Array.from(samples) : Uint16Array.from(samples);
  return planeReader({ channels, maxValue, widthPx }, shapeOfPair({ channels }, { channels: other }))(
    values,
    0,
  );
};
const rounded = (plane: Float64Array | undefined) =>
  [...(plane ?? [])].map((value) => Number(value.toFixed(6)));

test('luma of BT.601: black 16, white 235, and the primaries between', (t) => {
  const { y } = read(3, 255, [0, 0, 0, 255, 255, 255, 255, 0, 0, 0, 255, 0, 0, 0, 255]);
  t.deepEqual(rounded(y), [16, 235, 81.481, 144.553, 40.966]);
  t.deepEqual(rounded(read(1, 255, [0, 255]).y), [16, 235]);
});

test('16-bit values are scaled to 255 exactly', (t) => {
  const values = Array.from({ length: 256 }, (_, i) => i);
  t.deepEqual(
    [
      ...read(
        1,
        65535,
        values.map((value) => value * 257),
      ).colour[0]!,
    ],
    values,
  );
});

test('gray beside colour counts for each colour; colour is premultiplied', (t) => {
  const gray = read(1, 255, [7, 9], 3);
  t.deepEqual(
    gray.colour.map((plane) => [...plane]),
    [
      [7, 9],
      [7, 9],
      [7, 9],
    ],
  );
  t.is(gray.alpha.length, 0);
  const alpha = read(4, 255, [255, 100, 0, 51, 40, 40, 40, 255]);
  t.deepEqual(alpha.colour.map(rounded), [
    [51, 40],
    [20, 40],
    [0, 40],
  ]);
  t.deepEqual([...alpha.alpha], [51, 255]);
  t.deepEqual([...read(3, 255, [1, 2, 3], 4).alpha], [255]);
});

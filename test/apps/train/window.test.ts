import test from 'ava';
import { openWindow } from '../../../src/apps/train/patches/patches.js';
import { toFactor } from '../../../src/apps/train/begin-from.js';

const pictures = Array.from({ length: 100 }, (_, i) => ({ path: `${i}`, widthPx: 100, heightPx: 100 }));
const BYTES = 30_000;

test('the pictures in memory depend on the chunk alone, stay within the limit, and all take their turn', (t) => {
  const [one, other] = [openWindow(pictures, 40 * BYTES, 7), openWindow(pictures, 40 * BYTES, 7)];
  const seen = new Set<number>();
  for (let chunk = 0; chunk < 60; chunk++) {
    const held = one(chunk);
    t.true(held.length > 0 && held.length <= 40);
    t.is(new Set(held).size, held.length);
    for (const index of held) seen.add(index);
  }
  t.is(seen.size, pictures.length);
  t.deepEqual(one(33), other(33));
  t.notDeepEqual(openWindow(pictures, 40 * BYTES, 8)(33), one(33));
});

test('pictures that fit into memory all stay there', (t) => {
  const window = openWindow(pictures, 100 * BYTES, 7);
  t.is(window(1000).length, 100);
  t.deepEqual(window(1000).slice(0, 24), window(0));
});

test('the last layer of x2 becomes that of x4 and x3 by interpolation between subpixels', (t) => {
  // red of the four subpixels is 0, 1, 2, 3; green is always 5
  const bias = Float32Array.from([0, 5, 0, 1, 5, 0, 2, 5, 0, 3, 5, 0]);
  const reds = (factor: number) => {
    const { bias: made } = toFactor({ kernel: bias, bias }, 2, factor);
    const pixels = Array.from({ length: factor * factor }, (_, i) => made!.subarray(i * 3, i * 3 + 3));
    t.true(pixels.every(([, green, blue]) => green === 5 && blue === 0));
    return pixels.map(([red]) => red!);
  };
  t.deepEqual(reds(3), [0, 0.5, 1, 1, 1.5, 2, 2, 2.5, 3]);
  const four = reds(4);
  t.deepEqual([four[0], four[3], four[12], four[15]], [0, 1, 2, 3]);
  t.deepEqual(four.slice(0, 4), [0, 0.25, 0.75, 1]);
});

import test from 'ava';
import { createBuffers, sizeClass } from '../../../src/network/workers/buffers.js';

test('a size class is at most an eighth above what is asked for', (t) => {
  for (let bytes = 1; bytes < 2 ** 33; bytes = Math.ceil(bytes * 1.07)) {
    const size = sizeClass(bytes);
    t.true(size >= bytes);
    t.true(size <= Math.max(65536, bytes * 1.125), `${bytes} became ${size}`);
    t.is(sizeClass(size), size);
  }
});

test('a buffer that was given back is lent again for a similar size', (t) => {
  const buffers = createBuffers(2 ** 24);
  const first = buffers.take(1_000_000);
  buffers.give(first);
  t.is(buffers.stats.heldBytes, first.byteLength);
  t.is(buffers.take(990_000), first);
  t.not(buffers.take(1_000_000), first);
  t.deepEqual(buffers.stats, { hits: 1, misses: 2, heldBytes: 0 });
});

test('held bytes stay under the cap; the oldest is let go', (t) => {
  const buffers = createBuffers(300_000);
  const lent = [70_000, 80_000, 90_000, 100_000, 110_000].map((bytes) => buffers.take(bytes));
  for (const buffer of lent) {
    buffers.give(buffer);
    t.true(buffers.stats.heldBytes <= 300_000);
  }
  t.is(buffers.take(110_000), lent[4]!);
  t.not(buffers.take(70_000), lent[0]!);
});

test('a buffer above the cap is lent, and never held', (t) => {
  const buffers = createBuffers(100_000);
  buffers.give(buffers.take(1_000_000));
  t.is(buffers.stats.heldBytes, 0);
});

test('giving back twice, or what was never lent, is an error', (t) => {
  const buffers = createBuffers(2 ** 24);
  const buffer = buffers.take(10);
  buffers.give(buffer);
  t.throws(() => buffers.give(buffer), { code: 'E_INTERNAL' });
  t.throws(() => buffers.give(new SharedArrayBuffer(65536)), { code: 'E_INTERNAL' });
});

test('what there is no memory for is an error of the image', (t) => {
  t.throws(() => createBuffers(0).take(2 ** 52), { code: 'E_TOO_LARGE' });
});

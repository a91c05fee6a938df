import test from 'ava';
import { downscale } from '../../../src/apps/model-comparison/downscale.js';
import { DOWNSCALE_FILTERS, mirrored, tapsOf } from '../../../src/apps/model-comparison/filters.js';
import { openRows } from '../../../src/pixels/metrics/open-rows.js';
import { savePng } from '../../helpers/image-pair.js';
import { temporaryDirectory } from '../../helpers/temporary-directory.js';

test('bicubic by 2 has the eight weights that MATLAB has', (t) => {
  const { first, weights } = tapsOf('bicubic', 2);
  t.is(first, -3);
  // Keys with a = -0.5 at 7/4, 5/4, 3/4 and 1/4, halved
  t.deepEqual(
    [...weights].map((weight) => Number(weight.toFixed(9))),
    [-3, -9, 29, 111, 111, 29, -9, -3].map((n) => n / 256),
  );
});

test('the weights of every filter sum to 1 and stand around the middle', (t) => {
  for (const filter of DOWNSCALE_FILTERS) {
    for (const factor of [2, 3, 4, 8]) {
      const { first, weights } = tapsOf(filter, factor);
      t.true(Math.abs(weights.reduce((a, b) => a + b) - 1) < 1e-12);
      t.true(weights.every((weight, i) => Math.abs(weight - (weights.at(-1 - i) ?? NaN)) < 1e-12));
      t.is(first + weights.length - 1, factor - 1 - first);
    }
  }
  t.deepEqual([...tapsOf('box', 3).weights], [1 / 3, 1 / 3, 1 / 3]);
});

test('beyond its ends a row is its own mirror image', (t) => {
  t.deepEqual(
    [-3, -2, -1, 0, 1, 2, 3, 4, 5, 6].map((at) => mirrored(at, 3)),
    [2, 1, 0, 0, 1, 2, 2, 1, 0, 0],
  );
});

/** By hand: box means, of what is whole. */
test('box is the mean, without what does not fill a pixel; 16 bit and gray stay', async (t) => {
  const cwd = await temporaryDirectory(t);
  const size = { widthPx: 5, heightPx: 4, channels: 1 as const };
  const samples = Uint16Array.from({ length: 20 }, (_, i) => 1000 * i);
  const rows = await openRows(await savePng(cwd, 'a.png', samples, size, 16));
  t.teardown(() => rows.close());
  const small = await downscale(rows, 2, 'box');
  t.like(small, { widthPx: 2, heightPx: 2, channels: 1 });
  t.deepEqual(small.samples, Uint16Array.of(3000, 5000, 13_000, 15_000));
});

test('a flat image stays flat to its corners, by every filter', async (t) => {
  const cwd = await temporaryDirectory(t);
  const size = { widthPx: 13, heightPx: 14, channels: 3 as const };
  const path = await savePng(cwd, 'a.png', new Uint16Array(13 * 14 * 3).fill(201), size);
  const rows = await openRows(path);
  t.teardown(() => rows.close());
  for (const filter of DOWNSCALE_FILTERS)
    t.true((await downscale(rows, 3, filter)).samples.every((value) => value === 201));
});

test('the colour of what cannot be seen does not come through', async (t) => {
  const cwd = await temporaryDirectory(t);
  const seen = [200, 100, 50, 255];
  const hidden = [0, 255, 255, 0];
  const samples = Uint16Array.from([seen, hidden, hidden, seen].flat());
  const rows = await openRows(await savePng(cwd, 'a.png', samples, { widthPx: 2, heightPx: 2, channels: 4 }));
  t.teardown(() => rows.close());
  t.deepEqual([...(await downscale(rows, 2, 'box')).samples], [200, 100, 50, 128]);
});

import test from 'ava';
import { ownNameFor } from '../../../src/contract/own-names.js';
import type { Pixels } from '../../../src/contract/job.js';
import { openNetworks } from '../../../src/network/models/networks.js';
import { openTileMemory } from '../../../src/network/workers/reuse.js';
import { drawPixels, setAlpha } from '../../helpers/pixels.js';
import { poolOf, requestOf } from '../../helpers/tile-pool.js';

const networks = openNetworks({ engine: 'native', device: 'cpu', fold: true }, () => undefined);
const network = () => networks.load(ownNameFor('clean', 'fast'), 2);

/** The same picture but for one pixel. */
function changedAt(pixels: Pixels, x: number, y: number): Pixels {
  const shared = new Uint8Array(new SharedArrayBuffer(pixels.data.length));
  shared.set(pixels.data);
  const at = (y * pixels.widthPx + x) * pixels.channels;
  shared[at] = 255 - (shared[at] ?? 0);
  return { ...pixels, data: shared };
}

test('a frame with one changed pixel computes the tiles that see it alone, for the same bytes', async (t) => {
  const { pool } = poolOf(t, { threads: 2, engine: 'native' });
  const memory = openTileMemory(2 ** 24);
  const first = drawPixels({ widthPx: 160, heightPx: 120 });
  const second = changedAt(first, 20, 20);
  const asked = { network: await network(), tilePx: 40, reuse: true, memory };
  await pool.upscale(requestOf({ ...asked, pixels: first }));
  t.is(pool.stats.tiles, 12);
  const reused = await pool.upscale(requestOf({ ...asked, pixels: second }));
  t.true(pool.stats.tiles > 12 && pool.stats.tiles <= 16, `${pool.stats.tiles} tiles were computed`);
  t.is(memory.stats.tiles, 24);
  t.is(memory.stats.reused, 24 - pool.stats.tiles);
  const anew = await pool.upscale(requestOf({ network: await network(), tilePx: 40, pixels: second }));
  t.deepEqual(reused.data, anew.data);
});

test('frames that are asked for at once wait for one another', async (t) => {
  const { pool } = poolOf(t, { threads: 2, engine: 'native' });
  const memory = openTileMemory(0);
  const pixels = drawPixels({ widthPx: 96, heightPx: 64 });
  const held = openTileMemory(2 ** 24);
  const results = await Promise.all(
    [1, 2, 3].map(async () =>
      pool.upscale(requestOf({ network: await network(), pixels, tilePx: 48, reuse: true, memory: held })),
    ),
  );
  t.is(held.stats.reused, held.stats.tiles - pool.stats.tiles);
  for (const { data } of results) t.deepEqual(data, results[0]?.data);
  // nothing is kept where there is no room for it
  await pool.upscale(requestOf({ network: await network(), pixels, tilePx: 48, reuse: true, memory }));
  await pool.upscale(requestOf({ network: await network(), pixels, tilePx: 48, reuse: true, memory }));
  t.is(memory.stats.reused, 0);
});

test('same pages of an animation are computed once, alpha and 16 bits included', async (t) => {
  const { pool } = poolOf(t, { threads: 1, engine: 'native' });
  for (const bits of [8, 16] as const) {
    const page = drawPixels({ widthPx: 50, heightPx: 40, channels: 4, bits });
    setAlpha(page, (x) => (x < 20 ? 1 : x / 50));
    const samples = page.data.length;
    const data =
      bits === 16
        ? new Uint16Array(new SharedArrayBuffer(6 * samples))
        : new Uint8Array(new SharedArrayBuffer(3 * samples));
    for (const at of [0, 1, 2]) data.set(page.data, at * samples);
    const pixels = { ...page, data, pages: 3 };
    const before = pool.stats.tiles;
    const asked = { network: await network(), pixels, tilePx: 25 };
    const once = await pool.upscale(requestOf({ ...asked, reuse: true }));
    const computed = pool.stats.tiles - before;
    t.is(computed, 4);
    const all = await pool.upscale(requestOf(asked));
    t.is(pool.stats.tiles - before - computed, 12);
    t.deepEqual(once.data, all.data);
  }
});

test('a tile whose making failed is made anew', async (t) => {
  const memory = openTileMemory(1000);
  const making = memory.keep('a', 10);
  const waiting = memory.recall('a');
  making.failed(new Error('broken'));
  await t.throwsAsync(waiting!, { message: 'broken' });
  t.is(memory.recall('a'), undefined);
});

test('what was used least recently is dropped first', (t) => {
  const memory = openTileMemory(30);
  for (const key of ['a', 'b', 'c']) memory.keep(key, 10).done(new Uint8Array(10));
  t.truthy(memory.recall('a'));
  memory.keep('d', 10).done(new Uint8Array(10));
  t.is(memory.recall('b'), undefined);
  t.truthy(memory.recall('a'));
});

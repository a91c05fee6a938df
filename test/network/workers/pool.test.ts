import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import process from 'node:process';
import { promisify } from 'node:util';
import test from 'ava';
import { SrganError } from '../../../src/system/errors.js';
import type { Pixels } from '../../../src/contract/job.js';
import { defaultEngine } from '../../../src/network/engines/default-engine.js';
import { openNetworks } from '../../../src/network/models/networks.js';
import { drawPixels } from '../../helpers/pixels.js';
import { poolOf, requestOf } from '../../helpers/tile-pool.js';
import { constantNetwork } from './constant-network.js';
import { EXITS_AT_WIDTH } from './exits-at-width.js';

const FAULTY = new URL('./faulty-worker.js', import.meta.url);
const kernels = openNetworks({ engine: 'resize', device: 'cpu' });
const networks = openNetworks({ engine: 'onnx', device: 'cpu' });
const faulty = async (title: 'exits' | 'throws') => ({ ...(await kernels.load('linear', 2)), title });

test('the same bytes come from any number of workers', async (t) => {
  const network = await networks.load('esrgan-slim', 2);
  const images = [
    drawPixels({ widthPx: 61, heightPx: 45, seed: 2 }),
    drawPixels({ widthPx: 40, heightPx: 90, channels: 4, seed: 3 }),
    drawPixels({ widthPx: 33, heightPx: 20, bits: 16, pages: 3, seed: 4 }),
  ];
  const results: Pixels['data'][][] = [];
  for (const threads of [1, 2, 3, 8]) {
    const { pool } = poolOf(t, { threads });
    const work = images.map((pixels) => pool.upscale(requestOf({ network, pixels, tilePx: 14 })));
    results.push((await Promise.all(work)).map(({ data }) => data));
    await pool.close();
  }
  for (const result of results) t.deepEqual(result, results[0]!);
});

test('the bands of a PNG are the same from any number of workers, and go before tiles that wait', async (t) => {
  const pixels = drawPixels({ widthPx: 700, heightPx: 900, channels: 4, seed: 5 });
  const network = await kernels.load('linear', 2);
  const huge = drawPixels({ widthPx: 640, heightPx: 640 });
  const { signal } = new AbortController();
  const files: string[][] = [];
  for (const threads of [1, 2, 5]) {
    const { pool } = poolOf(t, { threads, engine: 'resize' });
    let hugeEnded = false;
    const tiles = pool
      .upscale(requestOf({ network, pixels: huge, tilePx: 16 }))
      .then(() => (hugeEnded = true));
    const bands = await pool.deflate({ pixels, fast: false, signal });
    t.false(hugeEnded);
    t.true(bands.length > 2);
    files.push(bands.map(({ deflated, adler }) => `${adler} ${Buffer.from(deflated).toString('base64')}`));
    await tiles;
    t.is(pool.stats.tiles, 1600, 'a band counts as no tile');
    await pool.close();
  }
  for (const file of files) t.deepEqual(file, files[0]!);
});

test('where one worker alone runs networks, the others encode beside it', async (t) => {
  const { pool } = poolOf(t, { threads: 3, tilers: 1 });
  const { pool: all } = poolOf(t, { threads: 3 });
  const network = await networks.load('esrgan-slim', 2);
  const pixels = drawPixels({ widthPx: 90, heightPx: 70, seed: 6 });
  const image = drawPixels({ widthPx: 700, heightPx: 900, channels: 4, seed: 5 });
  const { signal } = new AbortController();
  const requests = [1, 2, 3].map(() => requestOf({ network, pixels, tilePx: 20 }));
  const [bands, ...results] = await Promise.all([
    pool.deflate({ pixels: image, fast: false, signal }),
    ...requests.map((request) => pool.upscale(request)),
  ]);
  t.true(bands.length > 2);
  t.is(pool.stats.tiles, 60);
  const [tilerMs = 0, ...encoderMs] = pool.stats.inferMs;
  t.true(tilerMs > 0);
  t.deepEqual(encoderMs, [0, 0]);
  t.true(pool.stats.busyMs.slice(1).some((ms) => ms > 0));
  const expected = await all.upscale(requests[0]!);
  for (const { data } of results) t.deepEqual(data, expected.data);
});

test('a PNG that is interrupted, or whose worker is lost, fails alone', async (t) => {
  const { pool } = poolOf(t, { threads: 2, engine: 'resize', workerUrl: FAULTY });
  const pixels = drawPixels({ widthPx: 700, heightPx: 900, channels: 4 });
  const stop = new AbortController();
  const interrupted = pool.deflate({ pixels, fast: false, signal: stop.signal });
  const lost = pool.deflate({
    pixels: drawPixels({ widthPx: EXITS_AT_WIDTH, heightPx: 9 }),
    fast: false,
    signal: new AbortController().signal,
  });
  stop.abort();
  await t.throwsAsync(interrupted, { code: 'E_CANCELLED' });
  await t.throwsAsync(lost, { code: 'E_WORKER_LOST' });
  const [band] = await pool.deflate({ pixels, fast: false, signal: new AbortController().signal });
  t.true(band!.deflated.length > 0);
});

test('many images at a time, of several networks, each come out as when alone', async (t) => {
  const { pool } = poolOf(t, { threads: 2, engine: 'resize' });
  const warnings: Error[] = [];
  const note = (warning: Error) => warnings.push(warning);
  process.on('warning', note);
  t.teardown(() => process.off('warning', note));
  const { signal } = new AbortController();
  const requests = await Promise.all(
    Array.from({ length: 60 }, async (_, i) => {
      const kernel = ['linear', 'cubic', 'mitchell', 'lanczos2', 'lanczos3'][i % 5]!;
      const pixels = drawPixels({ widthPx: 20 + i, heightPx: 30, seed: i + 1 });
      const network = await kernels.load(kernel, 2 + (i % 2));
      return requestOf({ network, pixels, tilePx: 16, signal });
    }),
  );
  const together = await Promise.all(requests.map((request) => pool.upscale(request)));
  for (const [i, request] of requests.entries()) {
    t.deepEqual((await pool.upscale(request)).data, together[i]!.data);
  }
  t.deepEqual(warnings, []);
});

test('a small image ends before the huge one that came first', async (t) => {
  const { pool } = poolOf(t, { threads: 2, engine: 'resize' });
  const network = await kernels.load('linear', 2);
  let hugeEnded = false;
  const huge = drawPixels({ widthPx: 640, heightPx: 640 });
  const work = pool.upscale(requestOf({ network, pixels: huge, tilePx: 16 })).then(() => (hugeEnded = true));
  const small = drawPixels({ widthPx: 32, heightPx: 32 });
  await pool.upscale(requestOf({ network, pixels: small, tilePx: 16 }));
  t.false(hugeEnded);
  t.true(pool.stats.tiles < 100, `${pool.stats.tiles} tiles were done`);
  await work;
  t.is(pool.stats.tiles, 1600 + 4);
});

test('a network that gives no numbers fails its image, and no other', async (t) => {
  const { pool, buffers } = poolOf(t, { threads: 2 });
  const pixels = drawPixels({ widthPx: 50, heightPx: 50 });
  const [bad, good] = await Promise.allSettled([
    pool.upscale(requestOf({ network: constantNetwork(NaN), pixels, tilePx: 10 })),
    pool.upscale(requestOf({ network: constantNetwork(9), pixels, tilePx: 10 })),
  ]);
  t.is(bad.status, 'rejected');
  const error = (bad as PromiseRejectedResult).reason as SrganError;
  t.true(error instanceof SrganError);
  t.is(error.code, 'E_ENGINE');
  t.regex(error.message, /gives NaN: returned values that are not finite/);
  t.true(good.status === 'fulfilled' && good.value.data.every((value) => value === 9));
  t.true(pool.stats.tiles <= 25, 'tiles after the failure are dropped');
  t.is(buffers.stats.heldBytes, 65536, 'the buffer of the result was given back');
});

test('what a network file says wrong arrives with its code and cause', async (t) => {
  const { pool } = poolOf(t, { threads: 1 });
  const network = { ...constantNetwork(1), key: 'no onnx', bytes: new Uint8Array(new SharedArrayBuffer(40)) };
  const pixels = drawPixels({ widthPx: 5, heightPx: 5 });
  const error = await t.throwsAsync<SrganError>(pool.upscale(requestOf({ network, pixels })), {
    code: 'E_MODEL',
  });
  t.is(typeof error.cause, 'string');
  const good = await pool.upscale(requestOf({ network: constantNetwork(1), pixels }));
  t.true(good.data.every((value) => value === 1));
});

for (const fault of ['exits', 'throws'] as const) {
  test(`a worker that ${fault} fails the image in its hand and is replaced`, async (t) => {
    const { pool, buffers } = poolOf(t, { threads: 2, engine: 'resize', workerUrl: FAULTY });
    const pixels = drawPixels({ widthPx: 100, heightPx: 100 });
    const network = await kernels.load('linear', 2);
    const work = [await faulty(fault), network, network, await faulty(fault), network].map((each) =>
      pool.upscale(requestOf({ network: each, pixels, tilePx: 20 })),
    );
    const [lost, ...rest] = await Promise.allSettled(work);
    const error = (lost as PromiseRejectedResult).reason as SrganError;
    t.is(error.code, 'E_WORKER_LOST');
    t.regex((error.cause as Error).message, fault === 'exits' ? /status 7/ : /thrown for a test/);
    t.deepEqual(
      rest.map(({ status }) => status),
      ['fulfilled', 'fulfilled', 'rejected', 'fulfilled'],
    );
    const alone = (await pool.upscale(requestOf({ network, pixels, tilePx: 20 }))).data;
    for (const each of rest) if (each.status === 'fulfilled') t.deepEqual(each.value.data, alone);
    t.is(buffers.stats.hits + buffers.stats.misses, 6);
  });
}

test('a worker that cannot start fails the images, one by one', async (t) => {
  const workerUrl = new URL('./there-is-no-such-worker.js', import.meta.url);
  const { pool } = poolOf(t, { threads: 2, workerUrl });
  const request = requestOf({
    network: constantNetwork(1),
    pixels: drawPixels({ widthPx: 40, heightPx: 40 }),
    tilePx: 10,
  });
  for (const result of await Promise.allSettled([pool.upscale(request), pool.upscale(request)])) {
    t.is(((result as PromiseRejectedResult).reason as SrganError).code, 'E_WORKER_LOST');
  }
});

test('an interrupted image drops its tiles, and its buffer is given back', async (t) => {
  const { pool, buffers } = poolOf(t, { threads: 2, engine: 'resize' });
  const network = await kernels.load('lanczos3', 2);
  const stop = new AbortController();
  const huge = drawPixels({ widthPx: 640, heightPx: 640 });
  const work = pool.upscale(requestOf({ network, pixels: huge, tilePx: 16, signal: stop.signal }));
  const small = drawPixels({ widthPx: 32, heightPx: 32 });
  await pool.upscale(requestOf({ network, pixels: small, tilePx: 16 }));
  stop.abort();
  await t.throwsAsync(work, { code: 'E_CANCELLED' });
  t.true(pool.stats.tiles < 200, `${pool.stats.tiles} tiles were done`);
  t.true(buffers.stats.heldBytes >= 4 * huge.data.length);
  const again = requestOf({ network, pixels: small, signal: stop.signal });
  await t.throwsAsync(pool.upscale(again), { code: 'E_CANCELLED' });
  t.is((await pool.upscale(requestOf({ network, pixels: small }))).widthPx, 64);
});

// serial: it counts the threads of the process
test.serial('closing waits for the tiles in hand, drops the others and leaves no thread', async (t) => {
  const threadsNow = async () =>
    process.platform === 'linux' ? (await readdir('/proc/self/task')).length : undefined;
  const network = await kernels.load('linear', 2);
  const pixels = drawPixels({ widthPx: 400, heightPx: 400 });
  const first = poolOf(t, { threads: 3, engine: 'resize' });
  await first.pool.upscale(requestOf({ network, pixels }));
  await first.pool.close();
  const before = await threadsNow();

  const { pool } = poolOf(t, { threads: 3, engine: 'resize' });
  const work = pool.upscale(requestOf({ network, pixels, tilePx: 8 }));
  const failed = t.throwsAsync(work, { code: 'E_CANCELLED' });
  await pool.close();
  await failed;
  t.is(await threadsNow(), before);
  await t.throwsAsync(pool.upscale(requestOf({ network, pixels })), { code: 'E_INTERNAL' });
  await pool.close();
});

test('workers start when there are tiles for them, and not before', async (t) => {
  const { pool } = poolOf(t, { threads: 8, engine: 'resize' });
  const network = await kernels.load('linear', 2);
  const pixels = drawPixels({ widthPx: 20, heightPx: 20 });
  for (let i = 0; i < 5; i += 1) await pool.upscale(requestOf({ network, pixels }));
  const { busyMs, inferMs, tiles } = pool.stats;
  t.is(tiles, 5);
  t.deepEqual(
    busyMs.map((ms) => ms > 0),
    [true, ...new Array<boolean>(7).fill(false)],
  );
  t.true(inferMs[0]! > 0 && inferMs[0]! <= busyMs[0]!);
});

for (const [engine, name] of [
  ['resize', 'linear'],
  ['onnx', 'esrgan-slim'],
] as const) {
  for (const closes of [true, false]) {
    test(`${engine}: a program that ${closes ? 'closes' : 'forgets'} its workers ends by itself`, async (t) => {
      const script = `
        import { createBuffers } from '${moduleUrl('src/network/workers/buffers.js')}';
        import { openTilePool } from '${moduleUrl('src/network/workers/pool.js')}';
        import { openNetworks } from '${moduleUrl('src/network/models/networks.js')}';
        import { drawPixels } from '${moduleUrl('test/helpers/pixels.js')}';
        const settings = { engine: '${engine}', device: 'cpu' };
        const pool = openTilePool({ threads: 2 }, settings, createBuffers(1e6));
        const network = await openNetworks(settings).load('${name}', 2);
        const pixels = drawPixels({ widthPx: 40, heightPx: 40 });
        const { signal } = new AbortController();
        const result = await pool.upscale({ network, pixels, tta: false, tilePx: 20, signal });
        ${closes ? 'await pool.close();' : ''}
        process.stdout.write(String(result.widthPx));`;
      const args = ['--input-type=module', '--eval', script];
      const { stdout, stderr } = await promisify(execFile)(process.execPath, args);
      t.deepEqual({ stdout, stderr }, { stdout: '80', stderr: '' });
    });
  }
}

test.serial('2,000 tiles of changing size hold no more memory than 400', async (t) => {
  // the engine that runs by default here; onnxruntime's workers leave more to the garbage collector, which comes late
  const engine = defaultEngine(undefined);
  const { pool, buffers } = poolOf(t, { threads: 2, engine });
  const network = await openNetworks({ engine, device: 'cpu' }).load(
    engine === 'native' ? 'clean-m' : 'esrgan-slim',
    2,
  );
  const rounds = async (count: number) => {
    for (let i = 0; i < count; i += 1) {
      const pixels = drawPixels({ widthPx: 160 + (i % 7), heightPx: 160 + (i % 5) });
      const result = await pool.upscale(requestOf({ network, pixels, tilePx: 17 }));
      buffers.give(result.data.buffer);
    }
    return process.memoryUsage().rss / 2 ** 20;
  };
  const beforeMb = await rounds(4);
  const afterMb = await rounds(16);
  t.true(pool.stats.tiles >= 2000);
  t.true(afterMb < beforeMb + 40, `${beforeMb} MB, then ${afterMb} MB`);
});

function moduleUrl(path: string): string {
  return new URL(`../../../${path}`, import.meta.url).href;
}

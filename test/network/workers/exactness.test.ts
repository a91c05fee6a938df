import test from 'ava';
import { openNetworks } from '../../../src/network/models/networks.js';
import { bandsOf, planTiles } from '../../../src/network/tiles/plan-tiles.js';
import { composedNetwork } from '../../helpers/composed-network.js';
import { channelOf, drawPixels, largestDifference, pageOfPixels, setAlpha } from '../../helpers/pixels.js';
import { someFactors } from '../../helpers/some-factors.js';
import { poolOf, requestOf } from '../../helpers/tile-pool.js';
import { upscaleWhole } from '../../helpers/whole-image.js';

const networks = openNetworks({ engine: 'onnx', device: 'cpu' });

const sizes = [
  [61, 45, 16],
  [1, 1, 16],
  [1, 50, 8],
  [50, 1, 8],
  [7, 5, 3],
] as const;

for (const name of ['esrgan-slim', 'esrgan-medium']) {
  for (const factor of [2, 3, 4, 8]) {
    test(`${name} x${factor}: tiles make the image that the network makes of the whole`, async (t) => {
      const { pool } = poolOf(t, { threads: 2 });
      const network = await networks.load(name, factor);
      for (const [widthPx, heightPx, tilePx] of sizes) {
        const pixels = drawPixels({ widthPx, heightPx });
        const tiled = await pool.upscale(requestOf({ network, pixels, tilePx }));
        t.is(tiled.widthPx, widthPx * factor);
        t.is(tiled.pageHeightPx, heightPx * factor);
        const difference = largestDifference(tiled, await upscaleWhole(network, pixels));
        t.true(difference <= 1, `${widthPx}×${heightPx}: ${difference}`);
      }
      t.true(pool.stats.tiles >= 12 + 1 + 7 + 7 + 6);
    });
  }
}

for (const name of ['esrgan-slim', 'esrgan-medium']) {
  for (const factor of [2, 3, 4, 8]) {
    test(`${name} x${factor}: composed tiles make the whole image, at its border too`, async (t) => {
      const { pool } = poolOf(t, { threads: 2 });
      const network = composedNetwork(await networks.load(name, factor));
      for (const [widthPx, heightPx, tilePx] of [
        [61, 45, 16],
        [50, 70, undefined],
        // as small as a composed tile may be, and smaller
        [network.tiled!.leastPx, 40, undefined],
        [40, network.tiled!.leastPx - 1, undefined],
      ] as const) {
        const pixels = drawPixels({ widthPx, heightPx });
        const tiled = await pool.upscale(requestOf({ network, pixels, tilePx }));
        const difference = largestDifference(tiled, await upscaleWhole(network, pixels));
        t.true(difference <= 1, `${widthPx}×${heightPx}: ${difference}`);
      }
    });
  }
}

test('folded or not, by however many workers: 16 bits differ by far less than a level of 8', async (t) => {
  const network = await networks.load('esrgan-slim', 2);
  const pixels = drawPixels({ widthPx: 230, heightPx: 190, bits: 16 });
  const whole = await upscaleWhole(network, pixels);
  const results = [];
  for (const threads of [1, 3]) {
    const { pool } = poolOf(t, { threads });
    results.push(await pool.upscale(requestOf({ network, pixels })));
    t.true(pool.stats.tiles >= 4);
  }
  t.deepEqual(results[0]!.data, results[1]!.data);
  t.true(largestDifference(results[0]!, whole) <= 0.02);
});

test('the rows of an image in bands are the very rows of the whole, by however many workers', async (t) => {
  const slim = await networks.load('esrgan-slim', 2);
  for (const { network, widthPx, tilePx } of [
    // in tiles as they are chosen, and in small ones
    { network: slim, widthPx: 600, tilePx: undefined },
    { network: composedNetwork(slim), widthPx: 90, tilePx: 24 },
    { network: { ...slim, tiled: undefined }, widthPx: 90, tilePx: 24 },
  ]) {
    const pixels = drawPixels({ widthPx, heightPx: 420, channels: 4, bits: 16 });
    const { pool } = poolOf(t, { threads: 1 });
    const whole = await pool.upscale(requestOf({ network, pixels, tilePx }));
    const rows = planTiles({ widthPx, heightPx: 420 }, network, tilePx);
    const forms = rows.flatMap((row) => Array.from({ length: row.tiles }, (_, i) => row.tileAt(i).form));
    t.is(forms.includes('tiled'), network.tiled !== undefined);
    const samplesPerRow = widthPx * pixels.channels;
    for (const [threads, mostRows] of [
      [1, 1],
      [3, 200],
    ] as const) {
      const { pool } = poolOf(t, { threads });
      const bands = [...bandsOf(rows, mostRows)];
      t.true(bands.length > 2);
      const work = bands.map(async ({ tileRows, core, window }) => {
        const data = pixels.data.subarray(window.start * samplesPerRow, window.end * samplesPerRow);
        const band = { ...pixels, data, topPx: window.start };
        const result = await pool.upscale(requestOf({ network, pixels: band, tilePx, tileRows }));
        t.is(result.topPx, 2 * core.start);
        const [start, end] = [4 * core.start * samplesPerRow, 4 * core.end * samplesPerRow];
        const rowsOfWhole = whole.data.subarray(start, end);
        t.is(result.data.length, rowsOfWhole.length);
        t.is(largestDifference(result, { data: rowsOfWhole }), 0);
      });
      await Promise.all(work);
    }
  }
});

for (const factor of someFactors('esrgan-thick', [2, 3, 4, 8])) {
  test(`esrgan-thick x${factor}: a halo that is shorter than its radius is enough`, async (t) => {
    const { pool } = poolOf(t, { threads: 2 });
    const network = await networks.load('esrgan-thick', factor);
    const pixels = drawPixels({ widthPx: 90, heightPx: 11 });
    const tiled = await pool.upscale(requestOf({ network, pixels, tilePx: 30 }));
    t.is(pool.stats.tiles, 3);
    t.true(largestDifference(tiled, await upscaleWhole(network, pixels)) <= 1);
    for (const [widthPx, heightPx, tilePx] of [
      [1, 1, 16],
      [1, 20, 8],
      [7, 5, 3],
    ] as const) {
      const small = drawPixels({ widthPx, heightPx });
      const result = await pool.upscale(requestOf({ network, pixels: small, tilePx }));
      t.true(largestDifference(result, await upscaleWhole(network, small)) <= 1, `${widthPx}×${heightPx}`);
    }
  });
}

test('the tiles that are chosen where no side is stated make the whole image', async (t) => {
  const { pool } = poolOf(t, { threads: 2 });
  const network = await networks.load('esrgan-slim', 2);
  const pixels = drawPixels({ widthPx: 301, heightPx: 190 });
  const tiled = await pool.upscale(requestOf({ network, pixels }));
  t.true(pool.stats.tiles > 1);
  t.true(largestDifference(tiled, await upscaleWhole(network, pixels)) <= 1);
});

test('16 bits and gray are the whole image too', async (t) => {
  const { pool } = poolOf(t, { threads: 2 });
  const network = await networks.load('esrgan-slim', 2);
  for (const bits of [8, 16] as const) {
    for (const channels of [1, 3] as const) {
      const pixels = drawPixels({ widthPx: 40, heightPx: 33, channels, bits });
      const tiled = await pool.upscale(requestOf({ network, pixels, tilePx: 16 }));
      t.is(tiled.channels, channels);
      t.is(tiled.data.BYTES_PER_ELEMENT, bits / 8);
      const difference = largestDifference(tiled, await upscaleWhole(network, pixels));
      t.true(difference <= (bits === 16 ? 0.02 : 1), `${bits} bits, ${channels} channels: ${difference}`);
    }
  }
});

test('pages that lie below one another do not see one another', async (t) => {
  const { pool } = poolOf(t, { threads: 2 });
  const network = await networks.load('esrgan-slim', 3);
  const pixels = drawPixels({ widthPx: 30, heightPx: 14, pages: 4 });
  const together = await pool.upscale(requestOf({ network, pixels, tilePx: 12 }));
  t.is(together.pages, 4);
  t.is(together.pageHeightPx, 42);
  for (const page of [0, 1, 2, 3]) {
    const alone = await pool.upscale(requestOf({ network, pixels: pageOfPixels(pixels, page), tilePx: 12 }));
    t.deepEqual(pageOfPixels(together, page).data, alone.data);
  }
});

test('colour is the same with and without alpha; an opaque image stays opaque', async (t) => {
  const { pool } = poolOf(t, { threads: 2 });
  const network = await networks.load('esrgan-slim', 2);
  for (const bits of [8, 16] as const) {
    const pixels = drawPixels({ widthPx: 40, heightPx: 33, channels: 4, bits });
    setAlpha(pixels, () => 1);
    const opaque = drawPixels({ widthPx: 40, heightPx: 33, channels: 3, bits });
    [0, 1, 2].forEach((c) => channelOf(pixels, c).forEach((value, i) => (opaque.data[i * 3 + c] = value)));
    const [withAlpha, without] = await Promise.all([
      pool.upscale(requestOf({ network, pixels, tilePx: 16 })),
      pool.upscale(requestOf({ network, pixels: opaque, tilePx: 16 })),
    ]);
    for (const c of [0, 1, 2]) t.deepEqual(channelOf(withAlpha, c), channelOf(without, c));
    t.true(channelOf(withAlpha, 3).every((value) => value === 2 ** bits - 1));
  }
});

test('alpha is enlarged by the network where it changes, and stays exact where it is flat', async (t) => {
  const { pool } = poolOf(t, { threads: 2 });
  const network = await networks.load('esrgan-slim', 2);
  const pixels = drawPixels({ widthPx: 60, heightPx: 40, channels: 2 });
  const radius = (x: number, y: number) => Math.hypot(x - 30, y - 20);
  setAlpha(pixels, (x, y) => Math.min(1, Math.max(0, (16 - radius(x, y)) / 3)));
  const mask = drawPixels({ widthPx: 60, heightPx: 40, channels: 1 });
  mask.data.set(channelOf(pixels, 1));

  const whole = (await upscaleWhole(network, mask)).data;
  const coarse = channelOf(await pool.upscale(requestOf({ network, pixels })), 1);
  const fine = channelOf(await pool.upscale(requestOf({ network, pixels, tilePx: 9 })), 1);
  let [flat, changing] = [0, 0];
  for (let y = 0; y < 80; y += 1) {
    for (let x = 0; x < 120; x += 1) {
      const at = y * 120 + x;
      const distance = radius(x >> 1, y >> 1);
      t.true(Math.abs(coarse[at]! - fine[at]!) <= 1);
      if (distance < 11 || distance > 18) {
        flat += 1;
        t.is(fine[at], distance < 11 ? 255 : 0);
      } else if (distance > 13.5 && distance < 15.5) {
        changing += 1;
        t.true(Math.abs(fine[at]! - whole[at]!) <= 1);
      }
    }
  }
  t.true(flat > 1000 && changing > 100);
});

test('--tta is the mean over the flips and turns, and knows no direction', async (t) => {
  const { pool } = poolOf(t, { threads: 2 });
  const network = await networks.load('esrgan-slim', 2);
  const pixels = drawPixels({ widthPx: 30, heightPx: 22 });
  const mirrored = { ...pixels, data: pixels.data.slice() };
  for (let i = 0; i < pixels.data.length; i += 1) {
    const [x, rest] = [Math.floor((i % 90) / 3), i - (i % 90)];
    mirrored.data[rest + (29 - x) * 3 + (i % 3)] = pixels.data[i]!;
  }
  const shared = new Uint8Array(new SharedArrayBuffer(mirrored.data.length));
  shared.set(mirrored.data);

  const plain = await pool.upscale(requestOf({ network, pixels }));
  const mean = await pool.upscale(requestOf({ network, pixels, tta: true }));
  const tiled = await pool.upscale(requestOf({ network, pixels, tta: true, tilePx: 11 }));
  const meanOfMirrored = await pool.upscale(
    requestOf({ network, pixels: { ...mirrored, data: shared }, tta: true }),
  );
  const framed = await pool.upscale(
    requestOf({ network: composedNetwork(network), pixels, tta: true, tilePx: 11 }),
  );
  t.true(largestDifference(mean, tiled) <= 1);
  t.true(largestDifference(mean, framed) <= 1);
  t.true(largestDifference(mean, plain) > 1);
  for (let y = 0; y < 44; y += 1) {
    for (let x = 0; x < 60; x += 1) {
      const [one, other] = [(y * 60 + x) * 3, (y * 60 + 59 - x) * 3];
      t.true(Math.abs(mean.data[one]! - meanOfMirrored.data[other]!) <= 1);
    }
  }
});

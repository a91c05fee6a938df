import test from 'ava';
import { drawScene } from '../../../../src/network/models/int8/scene.js';
import { openNetworks } from '../../../../src/network/models/networks.js';
import { quantizedNetworks } from '../../../../src/network/models/int8/quantized-networks.js';
import type { Pixels } from '../../../../src/contract/job.js';
import type { PageSize, TileRow } from '../../../../src/contract/tiles.js';
import { planTiles } from '../../../../src/network/tiles/plan-tiles.js';
import { composedNetwork } from '../../../helpers/composed-network.js';
import { onExactIntegers } from '../../../helpers/integers.js';
import { blankPixels, drawPixels, largestDifference } from '../../../helpers/pixels.js';
import { poolOf, requestOf } from '../../../helpers/tile-pool.js';

const SIZE = { widthPx: 150, heightPx: 130 };
const TILE_PX = 36;

const plain = openNetworks({ engine: 'onnx', device: 'cpu' });
const notes: string[] = [];
const integers = quantizedNetworks(plain, (sentence) => notes.push(sentence));

/** PSNR in dB that is kept on images that nothing was measured on, some 2 below what it is. */
const FLOORS = [
  ['esrgan-slim', 2, 48],
  ['esrgan-slim', 3, 48],
  ['esrgan-slim', 4, 49],
  ['esrgan-slim', 8, 48],
  ['esrgan-medium', 2, 44],
] as const;

for (const [name, factor, floor] of FLOORS) {
  onExactIntegers(
    `${name} x${factor} in int8: the border as in fp32, the rest at least ${floor} dB from it`,
    async (t) => {
      const { pool } = poolOf(t, { threads: 2 });
      const [fp32, int8] = await Promise.all([plain.load(name, factor), integers.load(name, factor)]);
      t.not(int8.key, fp32.key);
      const pixels = scene(SIZE);
      const request = { pixels, tilePx: TILE_PX };
      const exact = await pool.upscale(requestOf({ network: composedNetwork(fp32), ...request }));
      const rough = await pool.upscale(requestOf({ network: composedNetwork(int8), ...request }));
      const rows = planTiles(SIZE, composedNetwork(int8), TILE_PX);
      const { border, inner } = squares(exact, rough, rows, factor);
      t.true(border.samples > 0 && inner.samples > 0);
      t.is(border.sum, 0);
      const psnr = 10 * Math.log10(255 ** 2 / (inner.sum / inner.samples));
      t.true(psnr >= floor && psnr < 70, `${psnr} dB`);
      const note = notes.find((sentence) => sentence.startsWith(`${name} x${factor} in int8: `));
      const told = Number(/: (\d\d\.\d) dB/.exec(note ?? '')?.[1]);
      t.true(told >= floor && Math.abs(told - psnr) < 4, `${note}, measured ${psnr}`);
    },
  );
}

onExactIntegers(
  'the same bytes by however many workers, with alpha and turns too; made anew, the same network',
  async (t) => {
    const network = composedNetwork(await integers.load('esrgan-slim', 2));
    const again = await quantizedNetworks(plain, () => undefined).load('esrgan-slim', 2);
    t.is(again.key, network.key);
    t.deepEqual(again.tiled!.int8!.parts, network.tiled!.int8!.parts);
    for (const [channels, tta] of [
      [3, false],
      [4, false],
      [1, true],
    ] as const) {
      const pixels = drawPixels({ widthPx: 85, heightPx: 75, channels });
      const results = [];
      for (const threads of [1, 3]) {
        const { pool } = poolOf(t, { threads });
        results.push(await pool.upscale(requestOf({ network, pixels, tta, tilePx: 24 })));
        t.true(pool.stats.tiles > 6);
      }
      t.deepEqual(results[0]!.data, results[1]!.data);
      const { pool } = poolOf(t, { threads: 2 });
      const fp32 = composedNetwork(await plain.load('esrgan-slim', 2));
      const exact = await pool.upscale(requestOf({ network: fp32, pixels, tta, tilePx: 24 }));
      const off = largestDifference(results[0]!, exact);
      t.true(off > 0 && off < 12, `${off}`);
    }
  },
);

test('16 bits stay in fp32', async (t) => {
  const { pool } = poolOf(t, { threads: 2 });
  const pixels = drawPixels({ widthPx: 90, heightPx: 80, bits: 16 });
  const [fp32, int8] = await Promise.all([plain.load('esrgan-slim', 2), integers.load('esrgan-slim', 2)]);
  const exact = await pool.upscale(requestOf({ network: composedNetwork(fp32), pixels, tilePx: 24 }));
  const same = await pool.upscale(requestOf({ network: composedNetwork(int8), pixels, tilePx: 24 }));
  t.deepEqual(same.data, exact.data);
});

test('a network with nothing to fold runs in fp32, and that is said once', async (t) => {
  const told: string[] = [];
  const networks = quantizedNetworks(plain, (sentence) => told.push(sentence));
  const [one, other] = await Promise.all([
    networks.load('esrgan-thick', 2),
    networks.load('esrgan-thick', 2),
  ]);
  t.is(one, other);
  t.is(one.key, (await plain.load('esrgan-thick', 2)).key);
  t.deepEqual(told, ['esrgan-thick x2 runs in fp32: int8 is for networks that can be folded.']);
});

test('a processor that gets integers wrong runs all in fp32, and that is said once', async (t) => {
  const told: string[] = [];
  const networks = quantizedNetworks(
    plain,
    (sentence) => told.push(sentence),
    () => Promise.resolve(false),
  );
  for (const factor of [2, 4]) {
    t.is((await networks.load('esrgan-slim', factor)).key, (await plain.load('esrgan-slim', factor)).key);
  }
  t.deepEqual(told, [
    'All runs in fp32: int8 needs a processor that adds products of 8 bits without overflow (VNNI on x86).',
  ]);
});

function scene({ widthPx, heightPx }: PageSize): Pixels {
  const pixels = blankPixels({ widthPx, heightPx });
  pixels.data.set(drawScene({ widthPx, heightPx, seed: 77 }).data);
  return pixels;
}

/** Squared differences in the tiles at the border of an image, and in the others. */
function squares(one: Pixels, other: Pixels, rows: readonly TileRow[], factor: number) {
  const [border, inner] = [
    { sum: 0, samples: 0 },
    { sum: 0, samples: 0 },
  ];
  const rowSamples = one.widthPx * one.channels;
  for (const row of rows) {
    for (let index = 0; index < row.tiles; index += 1) {
      const { core, closed } = row.tileAt(index);
      const part = Object.values(closed).includes(true) ? border : inner;
      for (let y = core.yPx * factor; y < (core.yPx + core.heightPx) * factor; y += 1) {
        const start = y * rowSamples + core.xPx * factor * one.channels;
        for (let at = start; at < start + core.widthPx * factor * one.channels; at += 1) {
          part.sum += (one.data[at]! - other.data[at]!) ** 2;
          part.samples += 1;
        }
      }
    }
  }
  return { border, inner };
}

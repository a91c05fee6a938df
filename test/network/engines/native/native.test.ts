import test from 'ava';
import type { NetworkFile } from '../../../../src/contract/engine.js';
import type { Pixels } from '../../../../src/contract/job.js';
import { findBinding } from '../../../../src/network/engines/native/binding.js';
import { openEngine } from '../../../../src/network/engines/select.js';
import { openGraph, rgbByFormat } from '../../../../src/network/models/file/open-graph.js';
import { withProgram } from '../../../../src/network/models/native-network.js';
import { openNetworks } from '../../../../src/network/models/networks.js';
import { UNIT } from '../../../../src/network/models/probe/probe-ranges.js';
import { deepGraph, networkOf, unpaddedGraph } from '../../../helpers/deep-network.js';
import { channelOf, drawPixels, largestDifference, setAlpha } from '../../../helpers/pixels.js';
import { seeded } from '../../../helpers/random.js';
import { poolOf, requestOf } from '../../../helpers/tile-pool.js';
import { networkWithMeans } from '../../graph/network-with-means.js';
import { checkAgreement } from '../agreement.js';
import { checkEngine } from '../conformance.js';

const found = findBinding();

if ('missing' in found) {
  test('no native kernels here', (t) => t.log(found.missing));
} else {
  // unfolded: onnxruntime would run what folds well
  const SETTINGS = { engine: 'native', device: 'cpu', fold: false } as const;
  const networks = openNetworks(SETTINGS);
  const open = () => openEngine(SETTINGS);
  checkEngine(test, 'esrgan-slim x2', open, () => networks.load('esrgan-slim', 2));
  checkEngine(test, 'esrgan-medium x3', open, () => networks.load('esrgan-medium', 3));
  checkAgreement(test, SETTINGS);

  /** The network with and without a program. */
  const bothOf = (file: NetworkFile): { native: NetworkFile; plain: NetworkFile } => {
    const native = withProgram(file, false);
    if (!native) throw new Error('There is no program.');
    return { native, plain: { ...file, narrowed: undefined, tiled: undefined } };
  };
  const deep = async () => bothOf(await networkOf(deepGraph(seeded(3), 6, 0.5)));

  /** What both engines make of an image, in levels of 255. */
  const differenceOn = async (
    t: Parameters<typeof poolOf>[0],
    { native, plain }: Awaited<ReturnType<typeof deep>>,
    pixels: Pixels,
    more: { tta?: boolean; tilePx?: number; verify?: boolean } = {},
  ) => {
    const { pool } = poolOf(t, { threads: 2, engine: 'native' });
    const { pool: other } = poolOf(t, { threads: 1, engine: 'onnx' });
    const made = await pool.upscale(requestOf({ network: native, pixels, ...more }));
    const whole = { network: plain, pixels, tta: more.tta ?? false, tilePx: 4096 };
    return largestDifference(made, await other.upscale(requestOf(whole)));
  };

  test('tiles of any size make what onnxruntime makes of the whole', async (t) => {
    const file = await deep();
    for (const [widthPx, heightPx, tilePx] of [
      [90, 70, 16],
      [90, 70, undefined],
      [1, 40, 8],
      [3, 3, 1],
    ] as const) {
      const pixels = drawPixels({ widthPx, heightPx });
      t.true(
        (await differenceOn(t, file, pixels, { ...(tilePx && { tilePx }) })) <= 1,
        `${widthPx} ${tilePx}`,
      );
    }
  });

  test('gray, alpha, 16 bits, pages, the turns and the check of results', async (t) => {
    const file = await deep();
    for (const channels of [1, 2, 3, 4] as const) {
      for (const bits of [8, 16] as const) {
        const pixels = drawPixels({ widthPx: 37, heightPx: 22, channels, bits, pages: 2 });
        const difference = await differenceOn(t, file, pixels, { tilePx: 16 });
        t.true(difference <= 1, `${channels} ${bits}: ${difference}`);
      }
    }
    const pixels = drawPixels({ widthPx: 40, heightPx: 30, channels: 4 });
    setAlpha(pixels, (x, y) => (x + y) % 256);
    t.true((await differenceOn(t, file, pixels, { tta: true, tilePx: 24 })) <= 1);
    t.true(channelOf(pixels, 3).length > 0);
  });

  test('networks with strides and unpadded layers, and means over the whole image', async (t) => {
    const unpadded = bothOf(await networkOf(unpaddedGraph(seeded(4))));
    const pixels = drawPixels({ widthPx: 61, heightPx: 47 });
    for (const tilePx of [16, 64]) t.true((await differenceOn(t, unpadded, pixels, { tilePx })) <= 1);
    const { network } = await openMeans();
    const means = bothOf(network);
    for (const tilePx of [16, 128]) {
      const { pool } = poolOf(t, { threads: 2, engine: 'native' });
      const { pool: other } = poolOf(t, { threads: 1, engine: 'onnx' });
      const made = await pool.upscale(requestOf({ network: means.native, pixels, tilePx }));
      const expected = await other.upscale(requestOf({ network: means.plain, pixels, tilePx: 128 }));
      t.true(largestDifference(made, expected) <= 1);
    }
  });

  async function openMeans() {
    const opened = await openGraph(
      { file: 'means.rsr', graph: networkWithMeans(seeded(5)), known: rgbByFormat(UNIT) },
      false,
    );
    return { network: await opened.load() };
  }

  test('the same bytes by however many workers', async (t) => {
    const { native } = await deep();
    const pixels = drawPixels({ widthPx: 230, heightPx: 190 });
    const results = [];
    for (const threads of [1, 3]) {
      const { pool } = poolOf(t, { threads, engine: 'native' });
      results.push(await pool.upscale(requestOf({ network: native, pixels })));
      t.true(pool.stats.tiles >= 2);
    }
    t.deepEqual(results[0]!.data, results[1]!.data);
  });

  test('values that are no numbers are an error', async (t) => {
    const { native } = await deep();
    const { program } = native.native!;
    const numbers = new Float32Array(new SharedArrayBuffer(program.numbers.byteLength));
    numbers.set(program.numbers);
    numbers[0] = NaN;
    const broken = {
      ...native,
      key: 'broken',
      native: { ...native.native!, program: { ...program, numbers } },
    };
    const { pool } = poolOf(t, { threads: 1, engine: 'native' });
    const pixels = drawPixels({ widthPx: 20, heightPx: 20 });
    await t.throwsAsync(pool.upscale(requestOf({ network: broken, pixels })), { message: /not finite/ });
  });
}

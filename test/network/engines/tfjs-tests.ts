import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { TfjsBackend } from '../../../src/contract/engine.js';
import { openEngine } from '../../../src/network/engines/select.js';
import { loadTfjs } from '../../../src/network/engines/tfjs-runtime.js';
import { openNetworks } from '../../../src/network/models/networks.js';
import { PACKAGED } from '../../../src/network/models/registry.js';
import { composedNetwork } from '../../helpers/composed-network.js';
import { differingShare, drawPixels, largestDifference } from '../../helpers/pixels.js';
import { randomValues, seeded } from '../../helpers/random.js';
import { someFactors } from '../../helpers/some-factors.js';
import { temporaryDirectory } from '../../helpers/temporary-directory.js';
import { poolOf, requestOf } from '../../helpers/tile-pool.js';
import { upscaleWhole } from '../../helpers/whole-image.js';
import { checkAgreement } from './agreement.js';
import { checkEngine, type Test } from './conformance.js';
import { writeBlurGraphModel, writeDeconvolution, writeKerasLike } from './tfjs-files.js';

/** What the tfjs engine must do on either of its backends, one of which a process has. */
export function checkTfjs(test: Test, tfjs: TfjsBackend): void {
  const settings = { engine: 'tfjs', device: 'cpu', tfjs } as const;
  const open = () => openEngine(settings);
  const networks = openNetworks(settings);

  checkEngine(test, 'esrgan-slim x2', open, () => networks.load('esrgan-slim', 2));
  checkEngine(test, 'esrgan-medium x3', open, () => networks.load('esrgan-medium', 3));
  checkAgreement(test, settings);

  test('in the pool: odd tiles make the image that the default engine makes, whole or folded', async (t) => {
    const { pool } = poolOf(t, { threads: 1, engine: 'tfjs', tfjs });
    const inOnnx = poolOf(t, { threads: 1 });
    const onnx = openNetworks({ engine: 'onnx', device: 'cpu' });
    let runs = 0;
    for (const { name, factors } of PACKAGED) {
      // the thick ones see their whole image from each tile
      const [widthPx, heightPx, tilePx] = name === 'esrgan-thick' ? [13, 11, 7] : [61, 45, 31];
      const pixels = drawPixels({ widthPx, heightPx });
      for (const factor of someFactors(name, factors)) {
        runs += 1;
        const published = await onnx.load(name, factor);
        const folded = published.tiled ? composedNetwork(published) : published;
        const request = { pixels, tilePx };
        const tiled = await pool.upscale(
          requestOf({ ...request, network: await networks.load(name, factor) }),
        );
        const whole = await upscaleWhole(published, pixels);
        const inFoldedTiles = await inOnnx.pool.upscale(requestOf({ ...request, network: folded }));
        t.true(largestDifference(tiled, whole) <= 1, `${name} x${factor}`);
        t.true(largestDifference(tiled, inFoldedTiles) <= 1, `${name} x${factor}, folded`);
        const shares = `${differingShare(tiled, whole)} from the whole, ${differingShare(tiled, inFoldedTiles)} from folded tiles`;
        t.log(`${name} x${factor}: values that differ: ${shares}`);
      }
    }
    t.is(pool.stats.tiles, 4 * runs);
  });

  test('tensors are as many after 300 tiles as after the first, and none stay', async (t) => {
    const { tf } = await loadTfjs(tfjs);
    const [engine, file] = [await open(), await networks.load('esrgan-slim', 2)];
    const before = tf.memory().numTensors;
    const network = await engine.load(file);
    const run = (width: number, height: number) =>
      network.run(randomValues(seeded(width), 3 * width * height, 0, 255), width, height);
    await run(8, 8);
    const { numTensors, numBytes } = tf.memory();
    for (let tile = 0; tile < 300; tile += 1) await run(1 + (tile % 9), 1 + (tile % 7));
    t.is(tf.memory().numTensors, numTensors);
    t.is(tf.memory().numBytes, numBytes);
    await t.throwsAsync(network.run(new Float32Array(5), 8, 8));
    t.is(tf.memory().numTensors, numTensors);
    await network.dispose();
    t.is(tf.memory().numTensors, before);
    t.true(numTensors > before);
  });

  test('a device other than the CPU', async (t) => {
    t.like(await t.throwsAsync(openEngine({ ...settings, device: 'cuda' })), {
      code: 'E_ENGINE',
      message: "The tfjs engine runs on the CPU only, not on 'cuda'.",
    });
    t.is((await openEngine({ ...settings, device: 'auto' })).name, 'tfjs');
  });

  test('files that are no network, or another than they say', async (t) => {
    const [engine, file] = [await open(), await networks.load('esrgan-slim', 2)];
    const { tf } = await loadTfjs(tfjs);
    const cut = (bytes: Uint8Array, length: number) => {
      const shared = new Uint8Array(new SharedArrayBuffer(length));
      shared.set(bytes.subarray(0, length));
      return shared;
    };
    for (const damage of [
      { bytes: cut(file.bytes, 0) },
      { bytes: cut(file.bytes, 5000) },
      { weights: cut(file.weights!, 1000) },
    ]) {
      t.like(await t.throwsAsync(engine.load({ ...file, ...damage })), {
        code: 'E_MODEL',
        message: 'esrgan-slim x2: TensorFlow.js cannot load this network.',
      });
    }
    const before = tf.memory().numTensors;
    const network = await engine.load({ ...file, factor: 3 });
    t.like(await t.throwsAsync(network.run(new Float32Array(3 * 64), 8, 8)), {
      code: 'E_ENGINE',
      message: 'esrgan-slim x2: made 16 × 16 of 8 × 8 pixels.',
    });
    await network.dispose();
    t.is(tf.memory().numTensors, before);
  });

  test('a layers-model by path, by directory and by URL', async (t) => {
    const directory = path.join(await temporaryDirectory(t), 'my net');
    const header = await writeKerasLike(directory);
    for (const name of [directory, header, pathToFileURL(header).href]) {
      t.deepEqual(await networks.describe(name), { name: 'my net', factors: [2], defaultFactor: 2 });
      const file = await networks.load(name, 2);
      t.like(file, { radiusPx: 1, factor: 2, inputRange: 1, outputRange: 1, title: header });
      const network = await (await open()).load(file);
      const output = await network.run(new Float32Array(3 * 15).fill(80), 5, 3);
      t.true(output.length === 4 * 45 && Math.abs(output[2 * 10 + 4]! - 80) < 0.01);
      await network.dispose();
    }
  });

  test('a graph-model by path: what its file does not say is found by running it', async (t) => {
    const header = await writeBlurGraphModel(await temporaryDirectory(t));
    const file = await networks.load(header, 2);
    t.like(file, { factor: 2, radiusPx: 2, inputRange: 1, outputRange: 1 });
    const network = await (await open()).load(file);
    const planes = new Float32Array(3 * 25);
    planes[12] = 90;
    const output = await network.run(planes, 5, 5);
    // the mean of 3 × 3 pixels, each enlarged to 2 × 2
    for (const [x, y, expected] of [
      [4, 4, 10],
      [2, 7, 10],
      [1, 4, 0],
      [8, 4, 0],
    ] as const) {
      t.true(Math.abs(output[y * 10 + x]! - expected) < 1e-3, `${x} ${y}`);
    }
    await network.dispose();
  });

  test('a layer that only TensorFlow.js knows', async (t) => {
    const header = await writeDeconvolution(await temporaryDirectory(t));
    const file = await networks.load(header, 2);
    t.like(file, { factor: 2, inputRange: 1, outputRange: 1 });
    const network = await (await open()).load(file);
    const output = await network.run(
      Float32Array.from({ length: 12 }, (_, i) => 20 * i),
      2,
      2,
    );
    t.true(Math.abs(output[4 * 4 + 2]! - 100) < 1e-3);
    await network.dispose();
    const refused = await t.throwsAsync(openNetworks({ engine: 'onnx', device: 'cpu' }).describe(header));
    t.regex(refused.message, /layer 'up' \(Conv2DTranspose\) is of a type that is not supported/);
  });

  test('refuses files by path in a sentence', async (t) => {
    const directory = await temporaryDirectory(t);
    const refusal = async (name: string) => (await t.throwsAsync(networks.describe(name))).message;
    t.regex(await refusal(path.join(directory, 'gone.json')), /gone\.json: the network does not exist\.$/);
    t.regex(await refusal(path.join(directory, 'a.onnx')), /a\.onnx: the tfjs engine does not read ONNX\.$/);
    t.regex(await refusal('file://elsewhere/model.json'), /URL of a local file|does not exist/);
    const fixed = await writeKerasLike(path.join(directory, 'fixed'), [null, 32, 32, 3]);
    t.regex(await refusal(fixed), /takes images of one size only\.$/);
    const gray = await writeKerasLike(path.join(directory, 'gray'), [null, null, null, 1]);
    t.regex(await refusal(gray), /gray.*(does not take|channels)/);
    const graph = await writeBlurGraphModel(path.join(directory, 'graph'));
    const onnx = openNetworks({ engine: 'onnx', device: 'cpu' });
    t.like(await t.throwsAsync(onnx.describe(graph)), {
      code: 'E_MODEL',
      message: `${graph}: this is a graph-model, not a layers-model.`,
      hint: '--engine tfjs runs it.',
    });
  });
}

import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import sharp from 'sharp';
import type { NetworkFile, TiledNetwork } from '../../../src/contract/engine.js';
import { SrganError } from '../../../src/system/errors.js';
import { pipe, type Outcome } from '../../../src/index.js';
import type { Pixels } from '../../../src/contract/job.js';
import { factsOf, tiledNetwork } from '../../../src/network/models/network-file.js';
import { openNetworks } from '../../../src/network/models/networks.js';
import { readPackaged } from '../../../src/network/models/packaged.js';
import { PACKAGED } from '../../../src/network/models/registry.js';
import { retryUnfolded } from '../../../src/flow/stages/upscale.js';
import { createBuffers } from '../../../src/network/workers/buffers.js';
import { openTilePool } from '../../../src/network/workers/pool.js';
import { deepGraph, networkOf } from '../../helpers/deep-network.js';
import { draw, pipelineOf, save } from '../../helpers/images.js';
import { seeded } from '../../helpers/random.js';
import { temporaryDirectory } from '../../helpers/temporary-directory.js';
import { constantNetwork } from '../../network/workers/constant-network.js';

const { signal } = new AbortController();
const engine = { engine: 'onnx', device: 'cpu' } as const;
const buffers = createBuffers(2 ** 26);
const tiles = openTilePool({ threads: 2 }, engine, buffers);
test.after.always(() => tiles.close());

function drawn(): Pixels {
  const { data } = draw({ widthPx: 64, heightPx: 48 });
  const shared = new Uint8Array(new SharedArrayBuffer(data.length));
  shared.set(data);
  return { data: shared, widthPx: 64, pageHeightPx: 48, pages: 1, channels: 3 };
}

const enlarge = (network: NetworkFile, verify = true) =>
  tiles.upscale({ network, pixels: drawn(), tta: false, verify, tilePx: undefined, signal });

test('a network that gives black, white or no numbers is found out, with where it was', async (t) => {
  for (const [bias, says] of [
    [0, /the result of 64 × 48 pixels at 0, 0 is of a single colour/],
    [255, /is of a single colour/],
    [NaN, /returned values that are not finite/],
  ] as const) {
    const error = await t.throwsAsync(enlarge(constantNetwork(bias)), { instanceOf: SrganError });
    t.is(error.code, 'E_VERIFY');
    t.regex(error.message, says);
  }
  await t.notThrowsAsync(enlarge(constantNetwork(0), false));
});

/** The forms for tiles of a network of the same shape, which gives black. */
async function blankForms(): Promise<TiledNetwork> {
  const family = PACKAGED.find(({ name }) => name === 'esrgan-slim')!;
  const graph = await readPackaged(family, 2);
  const nodes = graph.nodes.map((node) =>
    node.op === 'conv' ? { ...node, weights: new Float32Array(node.weights.length), bias: undefined } : node,
  );
  const blank = { ...graph, nodes };
  return tiledNetwork('blank', blank, factsOf('blank', blank, 255, 255).radiusPx)!;
}

test('a wrong fold is saved by the network as published, and told', async (t) => {
  const network = await openNetworks({ ...engine, fold: true }).load('esrgan-slim', 2);
  const broken = await blankForms();
  const warnings: string[] = [];
  const saved = await retryUnfolded({ ...network, key: 'broken', tiled: broken }, warnings, enlarge);
  t.is(warnings.length, 1);
  t.regex(warnings[0]!, /^Done again without folding, since esrgan-slim x2: the result of .*\.$/);
  t.deepEqual(saved.data, (await enlarge({ ...network, tiled: undefined })).data);

  const right: string[] = [];
  await retryUnfolded(network, right, enlarge);
  t.deepEqual(right, []);
  await t.throwsAsync(retryUnfolded({ ...constantNetwork(0), tiled: broken }, right, enlarge));
});

test('with --verify right results pass as they are: alpha, 16 bit, gray, animated, on disk', async (t) => {
  const directory = await temporaryDirectory(t);
  await mkdir(join(directory, 'in'));
  const size = { widthPx: 70, heightPx: 50 };
  await save(join(directory, 'in/alpha.png'), pipelineOf(draw({ ...size, channels: 4 })).png());
  await save(join(directory, 'in/deep.png'), pipelineOf(draw({ ...size, bits: 16 })).png());
  await save(join(directory, 'in/gray.png'), pipelineOf(draw({ ...size, channels: 1 })).png());
  await save(
    join(directory, 'in/moving.webp'),
    pipelineOf(draw({ ...size, pages: 3 })).webp({ lossless: true }),
  );
  for (const maxMemory of [2 ** 28, 2 ** 20]) {
    const results: Buffer[][] = [];
    for (const verify of [false, true]) {
      const out = join(directory, `${maxMemory}-${verify}`);
      const outcomes: Outcome[] = [];
      const onOutcome = (outcome: Outcome) => void outcomes.push(outcome);
      await pipe({ inputs: [join(directory, 'in')], out, threads: 2, verify, maxMemory, onOutcome });
      t.deepEqual(
        outcomes.map(({ status, spilled, warnings }) => ({ status, spilled, warnings })),
        Array.from({ length: 4 }, () => ({ status: 'done', spilled: maxMemory === 2 ** 20, warnings: [] })),
      );
      const names = outcomes.map(({ dst }) => dst!).sort();
      results.push(await Promise.all(names.map((name) => readFile(name))));
    }
    t.deepEqual(results[0], results[1]);
  }
  t.is((await sharp(join(directory, `${2 ** 28}-true/alpha.png`)).metadata()).width, 140);
});

test('a network that only takes halos off is done once more as it is published', async (t) => {
  const network = await networkOf(deepGraph(seeded(3), 5, 0.5));
  const warnings: string[] = [];
  const tried: NetworkFile[] = [];
  await retryUnfolded(network, warnings, async (file) => {
    tried.push(file);
    if (file.narrowed) throw new SrganError('E_VERIFY', 'its result was black.');
    return enlarge(file, false);
  });
  t.is(tried.length, 2);
  t.truthy(tried[0]?.narrowed);
  t.is(warnings.length, 1);
});

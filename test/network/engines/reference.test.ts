import test from 'ava';
import type { NetworkFile } from '../../../src/contract/engine.js';
import { openEngine } from '../../../src/network/engines/select.js';
import { SrganError } from '../../../src/system/errors.js';
import { openGraph, rgbByFormat } from '../../../src/network/models/file/open-graph.js';
import { openNetworks } from '../../../src/network/models/networks.js';
import { UNIT } from '../../../src/network/models/probe/probe-ranges.js';
import { CLOSED_SIDES } from '../../../src/network/tiles/sides.js';
import type { Sides } from '../../../src/contract/tiles.js';
import { formFile } from '../../../src/network/workers/form-file.js';
import { networkWithMeans } from '../graph/network-with-means.js';
import { deepGraph, networkOf } from '../../helpers/deep-network.js';
import { randomValues, seeded } from '../../helpers/random.js';
import { checkAgreement } from './agreement.js';
import { checkEngine } from './conformance.js';

const SETTINGS = { engine: 'reference', device: 'cpu' } as const;
const open = () => openEngine(SETTINGS);
const networks = openNetworks(SETTINGS);

checkEngine(test, 'esrgan-slim x2', open, () => networks.load('esrgan-slim', 2));
checkAgreement(test, SETTINGS, [
  [1, 1],
  [9, 2],
  [11, 13],
]);

/** @param run of `network.run` the arguments after the planes */
async function difference(file: NetworkFile, ...run: [number, number, Float32Array[]?, Sides<number>?]) {
  const [width, height] = run;
  const results = [];
  for (const engine of ['reference', 'onnx'] as const) {
    const network = await (await openEngine({ engine, device: 'cpu' })).load(file);
    const planes = randomValues(seeded(5), 3 * width * height, 0, 255);
    results.push((await network.run(planes, ...run)).slice());
    await network.dispose();
  }
  const [one, other] = results;
  if (one!.length !== other!.length) return Infinity;
  return one!.reduce((most, value, i) => Math.max(most, Math.abs(value - other![i]!)), 0);
}

test('the forms for tiles at each side of an image', async (t) => {
  const network = await networks.load('esrgan-slim', 2);
  for (const closed of CLOSED_SIDES) {
    t.true((await difference(formFile(network, 'tiled', closed), 46, 39)) < 1e-2);
  }
});

test('a form whose halo is taken off step by step', async (t) => {
  const network = await networkOf(deepGraph(seeded(3), 9, 0.5));
  const { narrowings = [] } = network.narrowed ?? {};
  t.true(narrowings.length > 0);
  const file = formFile(network, 'narrowed', CLOSED_SIDES[0]!);
  const whole = Math.max(...narrowings.map(({ fromPx }) => fromPx));
  const halo = { top: whole, left: 0, bottom: 4, right: whole };
  t.true((await difference(file, 60, 56, [], halo)) < 1e-2);
  t.true((await difference(file, 16, 16)) < 1e-2);
});

test('steps towards means over the whole image, and what is made with them', async (t) => {
  const graph = networkWithMeans(seeded(9));
  const opened = await openGraph({ file: 'test.bin', graph, known: rgbByFormat(UNIT) }, true);
  const { steps = [], last } = (await opened.load()).means ?? {};
  t.true(steps.length > 0);
  for (const file of [...steps, last!]) {
    const given = graph.nodes.filter(({ op }) => op === 'mean').length;
    const means = file.givens!.map((_, i) => randomValues(seeded(i + given), meanChannels(file, i), 0, 1));
    t.true((await difference(file, 12, 10, means)) < 1e-2);
  }

  function meanChannels(file: NetworkFile, i: number): number {
    return steps[file.givens![i]!]!.features!.channels;
  }
});

test('a device other than the CPU, and a network that is none', async (t) => {
  const refused = await t.throwsAsync(openEngine({ engine: 'reference', device: 'cuda' }), {
    instanceOf: SrganError,
  });
  t.is(refused.message, "The reference engine runs on the CPU only, not on 'cuda'.");
  const file = await networks.load('esrgan-slim', 2);
  const bytes = new Uint8Array(new SharedArrayBuffer(1000));
  bytes.set(file.bytes.subarray(0, 1000));
  await t.throwsAsync((await open()).load({ ...file, bytes }), { code: 'E_MODEL' });
});

test('a network that gives another size than it says', async (t) => {
  const file = await networks.load('esrgan-slim', 2);
  const network = await (await open()).load({ ...file, factor: 3 });
  const error = await t.throwsAsync(network.run(new Float32Array(3 * 64), 8, 8));
  t.like(error, { code: 'E_ENGINE' });
});

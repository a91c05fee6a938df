import { mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import { openEngine } from '../../../../src/network/engines/select.js';
import { emitOnnx } from '../../../../src/network/graph/emit-onnx.js';
import { square, type Graph, type Node } from '../../../../src/network/graph/graph.js';
import { graphOf } from '../../../../src/network/graph/order.js';
import { openNetworks } from '../../../../src/network/models/networks.js';
import { findReach, findStep, findSizes } from '../../../../src/network/models/probe/reach.js';
import {
  findRanges,
  rangesToTry,
  UNIT,
  type Probe,
} from '../../../../src/network/models/probe/probe-ranges.js';
import { openProbe } from '../../../../src/network/models/probe/probe.js';
import { moveWeightsOut } from '../../graph/move-weights-out.js';
import { networkWithMeans } from '../../graph/network-with-means.js';
import { drawPixels, largestDifference } from '../../../helpers/pixels.js';
import { randomValues, seeded } from '../../../helpers/random.js';
import { temporaryDirectory } from '../../../helpers/temporary-directory.js';
import { poolOf, requestOf } from '../../../helpers/tile-pool.js';

const SETTINGS = { engine: 'onnx', device: 'cpu' } as const;

test('a file by path: everything is read from its graph', async (t) => {
  const file = path.join(await temporaryDirectory(t), 'my net.ONNX');
  await writeFile(file, emitOnnx(blurAndEnlarge(3)));
  const networks = openNetworks(SETTINGS);
  t.deepEqual(await networks.describe(file), { name: 'my net', factors: [3], defaultFactor: 3 });
  const network = await networks.load(file, 3);
  t.like(network, { title: file, factor: 3, radiusPx: 2, inputRange: 1, outputRange: 1, macsPerPixel: 225 });
  const output = await (
    await (await openEngine(SETTINGS)).load(network)
  ).run(new Float32Array(300).fill(90), 10, 10);
  t.true(Math.abs(output[15 * 30 + 15]! - 90) < 0.01);
});

test('what is not in the file is found by running it', async (t) => {
  const probe = await openProbe('test', emitOnnx(blurAndEnlarge(3)));
  t.deepEqual(await findSizes('test', probe), { factor: 3, multiple: 1 });
  t.deepEqual(await rangesBy(probe), { input: UNIT, output: UNIT, order: 'rgb', certain: true });
  const ranges = { input: UNIT, output: UNIT };
  t.is(await findStep(probe, 1, ranges), 1);
  // 2 and an eighth more, rounded up
  t.deepEqual(await findReach('test', probe, 1, ranges), { radiusPx: 3 });
  await probe.close();
});

test('the range of the values, where the network works with one only', async (t) => {
  for (const [from, to] of [
    [1, 1],
    [255, 255],
    [255, 1],
    [1, 255],
  ] as const) {
    const probe = await openProbe('test', emitOnnx(bound(from, to)));
    t.like(await rangesBy(probe), { input: [0, from], output: [0, to], order: 'rgb', certain: true });
    await probe.close();
  }
});

test('a network that works with either range is taken to be of 0..1', async (t) => {
  for (const name of ['esrgan-slim', 'esrgan-thick']) {
    const { bytes } = await openNetworks(SETTINGS).load(name, 2);
    const probe = await openProbe(name, bytes);
    t.deepEqual(await rangesBy(probe), { input: UNIT, output: UNIT, order: 'rgb', certain: true });
    await probe.close();
  }
});

test('an operator that is not known: the facts come from running the network', async (t) => {
  const file = path.join(await temporaryDirectory(t), 'erf.onnx');
  const bytes = emitOnnx(graphOf('test', [...blurAndEnlarge(2).nodes, activation('y', 'up', 'tanh')], 'y'));
  // an operator of the runtime, of the same length, that a Graph has no node for
  const at = Buffer.from(bytes).lastIndexOf('Tanh');
  bytes.set(Buffer.from('Atan'), at);
  await writeFile(file, bytes);
  const network = await openNetworks(SETTINGS).load(file, 2);
  t.like(network, { factor: 2, radiusPx: 3, inputRange: 1, outputRange: 1 });
});

test('refuses what is no such network', async (t) => {
  const directory = await temporaryDirectory(t);
  const next = seeded(1);
  const refusal = async (name: string, content: Graph | Uint8Array) => {
    const file = path.join(directory, `${name}.onnx`);
    await writeFile(file, 'nodes' in content ? emitOnnx(content) : content);
    const error = await t.throwsAsync(openNetworks(SETTINGS).describe(file));
    t.like(error, { code: 'E_MODEL' });
    t.true(error.message.startsWith(`${file}: `), error.message);
    return error.message;
  };
  const good = blurAndEnlarge(2);
  const bytes = emitOnnx(good);
  t.regex(await refusal('empty', Buffer.alloc(0)), /not an ONNX file/);
  t.regex(await refusal('text', Buffer.from('hello')), /not an ONNX file/);
  t.regex(await refusal('short', bytes.subarray(0, bytes.length / 2)), /not an ONNX file/);
  const one = graphOf('test', [...good.nodes.slice(0, 2), activation('y', 'c', 'relu')], 'y');
  const same = path.join(directory, 'one.onnx');
  await writeFile(same, emitOnnx(one));
  t.like(await openNetworks(SETTINGS).describe(same), { factors: [1] });
  const pair = graphOf(
    'test',
    [{ op: 'input', name: 'x', inputs: [], channels: 2 }, activation('y', 'x', 'relu')],
    'y',
  );
  t.regex(await refusal('pair', pair), /its input is 1 × 2 × \? × \? where images are needed/);
  const wide: Node = { ...conv('d', 'up', 3, next), outChannels: 4, weights: randomValues(next, 12, 0, 1) };
  t.regex(
    await refusal('four', graphOf('test', [...good.nodes, wide], 'd')),
    /gives 4 channels|the shape \[1, 4/,
  );
  const valid: Node = {
    ...conv('d', 'up', 3, next),
    kernel: square(3),
    weights: randomValues(next, 81, 0, 0.03),
  };
  t.regex(
    await refusal('valid', graphOf('test', [...good.nodes, valid], 'd')),
    /makes 126 × 126 pixels of 64 × 64/,
  );

  const gone = await t.throwsAsync(openNetworks(SETTINGS).describe(path.join(directory, 'gone.onnx')));
  t.regex(gone.message, /gone\.onnx: the network does not exist\.$/);
  await mkdir(path.join(directory, 'folder.onnx'));
  const folder = await t.throwsAsync(openNetworks(SETTINGS).describe(path.join(directory, 'folder.onnx')));
  t.regex(folder.message, /folder\.onnx: this is not a file\.$/);
});

test('the bytes of a file are what is run, unchanged', async (t) => {
  const file = path.join(await temporaryDirectory(t), 'net.onnx');
  await writeFile(file, emitOnnx(blurAndEnlarge(2)));
  const { bytes } = await openNetworks(SETTINGS).load(file, 2);
  t.deepEqual(Buffer.from(bytes), await readFile(file));
});

test('weights in a file beside the model are taken in, and only from there', async (t) => {
  const directory = await temporaryDirectory(t);
  const home = path.join(directory, 'home');
  await mkdir(path.join(home, 'parts'), { recursive: true });
  const whole = emitOnnx(blurAndEnlarge(2));
  const load = async (name: string, location: string) => {
    const { model, weights } = moveWeightsOut(whole, location);
    await writeFile(path.join(home, name), model);
    await writeFile(path.resolve(home, location), weights);
    return openNetworks(SETTINGS).load(path.join(home, name), 2);
  };
  t.like(await load('a.onnx', 'weights.bin'), { radiusPx: 2, factor: 2 });
  t.like(await load('b.onnx', 'parts/weights.bin'), { radiusPx: 2, factor: 2 });
  for (const location of ['../weights.bin', path.join(directory, 'weights.bin')]) {
    t.regex(
      (await t.throwsAsync(load('c.onnx', location))).message,
      /c\.onnx: .*weights in '.*' are outside its directory/,
    );
  }
  await writeFile(path.join(home, 'parts', 'weights.bin'), 'short');
  const cut = await t.throwsAsync(openNetworks(SETTINGS).describe(path.join(home, 'b.onnx')));
  t.regex(cut.message, /b\.onnx: .*'parts\/weights\.bin' are truncated/);
  if (process.platform === 'win32') return;
  await rm(path.join(home, 'weights.bin'));
  await symlink(path.join(directory, 'weights.bin'), path.join(home, 'weights.bin'));
  const linked = await t.throwsAsync(openNetworks(SETTINGS).describe(path.join(home, 'a.onnx')));
  t.regex(linked.message, /weights in '.*' are outside its directory/);
  await rm(path.join(home, 'weights.bin'));
  const missing = await t.throwsAsync(openNetworks(SETTINGS).describe(path.join(home, 'a.onnx')));
  t.regex(missing.message, /a\.onnx: its weights in 'weights\.bin' cannot be read/);
});

test('means over the image and strides: an image of many tiles is what the network makes of the whole', async (t) => {
  const file = path.join(await temporaryDirectory(t), 'means.onnx');
  await writeFile(file, emitOnnx(networkWithMeans(seeded(9))));
  const network = await openNetworks(SETTINGS).load(file, 2);
  t.like(network, { factor: 2, alignPx: 2 });
  t.is(network.means?.steps.length, 2);
  const { pool } = poolOf(t, { threads: 2 });
  const pixels = drawPixels({ widthPx: 31, heightPx: 22 });
  const whole = await pool.upscale(requestOf({ network, pixels }));
  t.is(pool.stats.tiles, 1);
  const tiled = await pool.upscale(requestOf({ network, pixels, tilePx: 12 }));
  t.true(largestDifference(tiled, whole) <= 1);
});

function rangesBy(probe: Probe) {
  return findRanges(probe, { width: 64, height: 64 }, rangesToTry({}));
}

/** A 5 × 5 mean of each plane, then an enlargement. */
function blurAndEnlarge(factor: number): Graph {
  const blur: Node = {
    ...conv('c', 'x', 3, () => 0),
    kernel: square(5),
    pads: { top: 2, left: 2, bottom: 2, right: 2 },
    weights: Float32Array.from({ length: 225 }, (_, i) => (Math.floor(i / 25) % 4 === 0 ? 1 / 25 : 0)),
  };
  const up: Node = { op: 'upsample', name: 'up', inputs: ['c'], factor: square(factor) };
  return graphOf('test', [{ op: 'input', name: 'x', inputs: [], channels: 3 }, blur, up], 'up');
}

/** Cuts off what is beyond one range, and gives the values on another. */
function bound(from: number, to: number): Graph {
  const nodes: Node[] = [
    { op: 'input', name: 'x', inputs: [], channels: 3 },
    // a network of 0..255 would lose nearly nothing of 0..1 by cutting alone, so its darkest levels go, too
    { op: 'affine', name: 'a', inputs: ['x'], scale: Float32Array.of(1 / from), offset: Float32Array.of(0) },
    { op: 'clip', name: 'c', inputs: ['a'], min: 0.1, max: 1 },
    { op: 'affine', name: 'y', inputs: ['c'], scale: Float32Array.of(to), offset: Float32Array.of(0) },
  ];
  return graphOf('test', nodes, 'y');
}

function activation(name: string, input: string, kind: 'relu' | 'tanh'): Node {
  return { op: 'activation', name, inputs: [input], activation: kind };
}

function conv(name: string, input: string, channels: number, next: () => number) {
  return {
    op: 'conv',
    name,
    inputs: [input],
    inChannels: channels,
    outChannels: channels,
    kernel: square(1),
    strides: square(1),
    dilations: square(1),
    groups: 1,
    pads: { top: 0, left: 0, bottom: 0, right: 0 },
    weights: randomValues(next, channels * channels, 0, 1),
    bias: undefined,
  } as const;
}

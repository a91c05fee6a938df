import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { intAttribute, tensor } from '../../../src/network/graph/onnx-messages.js';
import { pipe, type Outcome } from '../../../src/index.js';
import { describeFile } from '../../../src/network/models/networks.js';
import { findReach, findStep, findSizes } from '../../../src/network/models/probe/reach.js';
import { UNIT, type Planes, type Probe } from '../../../src/network/models/probe/probe-ranges.js';
import { draw, pipelineOf, save as saveImage } from '../../helpers/images.js';
import { drawPixels, largestDifference, setAlpha } from '../../helpers/pixels.js';
import { randomValues, seeded } from '../../helpers/random.js';
import { temporaryDirectory } from '../../helpers/temporary-directory.js';
import { upscaleWhole } from '../../helpers/whole-image.js';
import { unknown, varied, type Made, type Variant } from './onnx-variants.js';
import { enlarge, load, networks, save } from './saved-network.js';

const slim = await networks.load('esrgan-slim', 2);
const BYTES = { inputRange: [0, 255], outputRange: [0, 255] };
const RANGES = { input: UNIT, output: UNIT };

/** Mixes the values of each block of pixels: no other image sizes than whole blocks, and no tile between them. */
function inBlocks(side: number): Variant {
  const channels = 3 * side ** 2;
  const noise = randomValues(seeded(2), channels ** 2, -0.02, 0.02);
  const mix = noise.map((value, i) => value + (i % (channels + 1) === 0 ? 1 : 0));
  const block: Made['attributes'] = [intAttribute('blocksize', side)];
  return {
    before: [
      { type: 'SpaceToDepth', attributes: block },
      { type: 'Conv', constants: [tensor('', [channels, channels, 1, 1], mix)] },
      { type: 'DepthToSpace', attributes: block },
    ],
  };
}

test('a network that takes multiples alone: images are filled up, and tiles keep to the blocks', async (t) => {
  const bytes = varied(slim.bytes, inBlocks(4));
  for (const [stated, by] of [
    [BYTES, 'found'],
    [{ ...BYTES, multiple: 4 }, 'stated'],
  ] as const) {
    const network = await load(t, bytes, stated);
    t.like(network, { alignPx: 4, tiled: undefined }, by);
    t.true(network.radiusPx >= 11 && network.radiusPx <= 20, `${network.radiusPx} px`);
    const pixels = drawPixels({ widthPx: 92, heightPx: 72 });
    const whole = await upscaleWhole(network, pixels);
    t.true(largestDifference(whole, await upscaleWhole(slim, pixels)) > 1);
    t.true(largestDifference(await enlarge(t, network, pixels, { tilePx: 20 }), whole) <= 1);
    const odd = drawPixels({ widthPx: 93, heightPx: 71 });
    const [one, many] = await Promise.all([
      enlarge(t, network, odd, { threads: 1 }),
      enlarge(t, network, odd, { tilePx: 20 }),
    ]);
    t.true(largestDifference(one, many) <= 1);
  }
});

test('one size: alpha, gray, small images and turns', async (t) => {
  const bytes = varied(slim.bytes, { before: unknown, takes: [1, 3, 48, 48], gives: [1, 3, 96, 96] });
  const network = await load(t, bytes, BYTES);
  t.like(network, { windowPx: { widthPx: 48, heightPx: 48 } });
  for (const channels of [1, 2, 4] as const) {
    const pixels = drawPixels({ widthPx: 75, heightPx: 50, channels });
    if (channels % 2 === 0) setAlpha(pixels, (x, y) => ((x + y) % 90) / 90);
    const [wanted, made] = await Promise.all([enlarge(t, slim, pixels), enlarge(t, network, pixels)]);
    t.true(largestDifference(made, wanted) <= 1, `${channels} channels`);
  }
  const pixels = drawPixels({ widthPx: 75, heightPx: 50 });
  const turned = await Promise.all([slim, network].map((one) => enlarge(t, one, pixels, { tta: true })));
  t.true(largestDifference(turned[1]!, turned[0]!) <= 1);
  // the network's own zeros act at no border of an image that is filled up
  const small = drawPixels({ widthPx: 9, heightPx: 5 });
  t.like(await enlarge(t, network, small), { widthPx: 18, pageHeightPx: 10 });
});

test('one size that is no square: every side of it, and no turns', async (t) => {
  const bytes = varied(slim.bytes, { before: unknown, takes: [1, 3, 40, 64], gives: [1, 3, 80, 128] });
  const network = await load(t, bytes, BYTES);
  const pixels = drawPixels({ widthPx: 75, heightPx: 50 });
  const [wanted, made] = await Promise.all([slim, network].map((one) => enlarge(t, one, pixels)));
  t.true(largestDifference(made!, wanted!) <= 1);
  const refused = await t.throwsAsync(enlarge(t, network, pixels, { tta: true }));
  t.like(refused, { code: 'E_MODEL' });
  t.regex(refused.message, /the network takes 64 × 40 pixels alone, which cannot be turned\.$/);
});

test('one size: an image larger than memory is the same file', async (t) => {
  const model = await save(t, varied(slim.bytes, { before: unknown, takes: [1, 3, 64, 64] }), BYTES);
  const run = async (maxMemory: number): Promise<[boolean | undefined, Buffer]> => {
    const directory = await temporaryDirectory(t);
    const source = join(directory, 'source.png');
    await saveImage(source, pipelineOf(draw({ widthPx: 203, heightPx: 277 })).png());
    const outcomes: Outcome[] = [];
    const onOutcome = (outcome: Outcome) => void outcomes.push(outcome);
    await pipe({ inputs: [source], out: join(directory, 'out'), model, maxMemory, threads: 2, onOutcome });
    return [outcomes[0]?.spilled, await readFile(outcomes[0]?.dst ?? '')];
  };
  const [whole, spilled] = [await run(2 ** 28), await run(2 ** 20)];
  t.deepEqual([whole[0], spilled[0]], [false, true]);
  t.deepEqual(spilled[1], whole[1]);
});

test('a tile that is stated is the only size that the network is given', async (t) => {
  const file = await save(t, slim.bytes, { ...BYTES, tile: [56, 56], halo: 8 });
  const network = await networks.load(file, 2);
  t.like(network, { windowPx: { widthPx: 56, heightPx: 56 }, feltPx: 8, tiled: undefined });
  const pixels = drawPixels({ widthPx: 93, heightPx: 71 });
  t.true(largestDifference(await enlarge(t, network, pixels), await upscaleWhole(slim, pixels)) <= 1);
  const { findings } = await describeFile(file);
  t.like(
    findings.find(({ what }) => what === 'sizes'),
    { value: '56 × 56 px alone', by: 'stated' },
  );
  const narrow = await save(t, slim.bytes, { ...BYTES, tile: [20, 56] });
  const refused = await t.throwsAsync(networks.describe(narrow));
  t.regex(refused.message, /a halo of 10 pixels leaves nothing of a tile of 20 × 56 pixels\.$/);
});

test('sizes, steps and reach of networks that are plain to see', async (t) => {
  t.deepEqual(await findSizes('test', probeOf(3, 1, cross(2))), { factor: 3, multiple: 1 });
  for (const multiple of [3, 8, 14, 64]) {
    t.deepEqual(await findSizes('test', probeOf(2, multiple, cross(2))), { factor: 2, multiple });
  }
  for (const step of [1, 4, 7, 16]) {
    const windows = probeOf(1, 1, inWindows(step));
    t.is(await findStep(windows, 1, RANGES), step);
    const { radiusPx } = await findReach('test', windows, step, RANGES);
    t.true(radiusPx >= step - 1 && radiusPx <= Math.ceil((step - 1) * 1.125), `${radiusPx} px`);
  }
  t.deepEqual(await findReach('test', probeOf(1, 1, cross(40)), 1, RANGES), { radiusPx: 45 });
});

test('a network that looks everywhere is refused, whether it feels much of it or little', async (t) => {
  for (const share of [0.5, 0.05]) {
    const refused = await t.throwsAsync(findReach('net.onnx', probeOf(1, 1, withMean(share)), 1, RANGES));
    t.regex(refused.message, /^net\.onnx: each pixel depends on the whole image/);
  }
  const faint = await findReach('net.onnx', probeOf(1, 1, withMean(0.01)), 1, RANGES);
  t.true(faint.feltPx !== undefined && faint.feltPx <= 3);
});

test('a halo that is stated is not looked for', async (t) => {
  const bytes = varied(slim.bytes, { before: unknown });
  t.like(await load(t, bytes, { ...BYTES, halo: 14 }), { radiusPx: 14, feltPx: 14 });
});

/** What a pixel of one plane becomes, from the values of that plane. */
type Pixelwise = (
  at: (x: number, y: number) => number,
  x: number,
  y: number,
  width: number,
  height: number,
) => number;

function probeOf(factor: number, multiple: number, pixelwise: Pixelwise): Probe {
  return {
    run: ({ values, width, height }: Planes) => {
      if (width % multiple !== 0 || height % multiple !== 0) return Promise.reject(new Error('a size'));
      const result = new Float32Array(values.length * factor ** 2);
      for (let i = 0; i < result.length; i += 1) {
        const row = Math.floor(i / (width * factor));
        const plane = Math.floor(row / (height * factor));
        const x = Math.floor((i % (width * factor)) / factor);
        const y = Math.floor((row % (height * factor)) / factor);
        const at = (atX: number, atY: number) =>
          atX < 0 || atY < 0 || atX >= width || atY >= height
            ? 0
            : values[(plane * height + atY) * width + atX]!;
        result[i] = pixelwise(at, x, y, width, height);
      }
      return Promise.resolve({ values: result, width: width * factor, height: height * factor });
    },
    close: () => Promise.resolve(),
  };
}

/** Of the pixel, and of those up to so far above, below and beside it. */
function cross(radius: number): Pixelwise {
  return (at, x, y) => {
    let sum = at(x, y);
    for (let d = 1; d <= radius; d += 1) sum += at(x - d, y) + at(x + d, y) + at(x, y - d) + at(x, y + d);
    return sum / (4 * radius + 1);
  };
}

/** With the corners of the window that the pixel lies in. */
function inWindows(side: number): Pixelwise {
  return (at, x, y) => {
    const [left, top] = [x - (x % side), y - (y % side)];
    return 0.6 * at(x, y) + 0.2 * at(left, top) + 0.2 * at(left + side - 1, top + side - 1);
  };
}

function withMean(share: number): Pixelwise {
  let mean = 0;
  return (at, x, y, width, height) => {
    if (x === 0 && y === 0) {
      let total = 0;
      for (let i = 0; i < width * height; i += 1) total += at(i % width, Math.floor(i / width));
      mean = total / (width * height);
    }
    return at(x, y) + share * mean;
  };
}

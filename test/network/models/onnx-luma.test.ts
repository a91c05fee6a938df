import test from 'ava';
import type { NetworkFile } from '../../../src/contract/engine.js';
import { emitOnnx } from '../../../src/network/graph/emit-onnx.js';
import { square, type Graph, type Node } from '../../../src/network/graph/graph.js';
import { integers, tensor } from '../../../src/network/graph/onnx-messages.js';
import { graphOf } from '../../../src/network/graph/order.js';
import type { Pixels } from '../../../src/contract/job.js';
import { blankPixels, drawPixels, largestDifference } from '../../helpers/pixels.js';
import { conv } from '../graph/random-graph.js';
import { seeded } from '../../helpers/random.js';
import { upscaleWhole } from '../../helpers/whole-image.js';
import { pick, transpose, unknown, varied, type Variant } from './onnx-variants.js';
import { enlarge, load, networks } from './saved-network.js';

const pixels = drawPixels({ widthPx: 61, heightPx: 47 });
const LUMA = { takes: [1, 1, 'height', 'width'], gives: [1, 1, 'height', 'width'] };

/** Repeats each value: what it makes of luma is known without running it. */
function repeating(factor: number): Graph {
  const up: Node = { op: 'upsample', name: 'up', inputs: ['x'], factor: square(factor) };
  return graphOf('test', [{ op: 'input', name: 'x', inputs: [], channels: 1 }, up], 'up');
}

test('luma from the network, colour by lanczos3: as plainly computed', async (t) => {
  for (const factor of [2, 3]) {
    const wanted = repeatedLuma(pixels, factor);
    for (const before of [[], unknown]) {
      const network = await load(t, varied(emitOnnx(repeating(factor)), { ...LUMA, before }));
      t.is(network.factor, factor);
      for (const tilePx of [undefined, 16]) {
        t.true(largestDifference(await enlarge(t, network, pixels, { tilePx }), wanted) <= 1);
      }
    }
  }
});

test('gray stays what the network makes of it, in 16 bits, too', async (t) => {
  const network = await load(t, varied(emitOnnx(repeating(2)), LUMA));
  for (const bits of [8, 16] as const) {
    const gray = drawPixels({ widthPx: 33, heightPx: 21, channels: 1, bits });
    const made = await enlarge(t, network, gray);
    t.true(largestDifference(made, repeated(gray, 2)) <= 1 / 100);
  }
});

test('a network of its weights: whole and in tiles, known and not, for any number of workers', async (t) => {
  const slim = await networks.load('esrgan-slim', 2);
  const third: Variant['after'] = [
    { type: 'Conv', constants: [tensor('', [1, 3, 1, 1], new Float32Array(3).fill(1 / 3))] },
  ];
  const stated = { inputRange: [0, 255], outputRange: [0, 255] };
  let first: Pixels | undefined;
  for (const more of [[], unknown]) {
    const bytes = varied(slim.bytes, { ...LUMA, before: [...more, pick(1, 0, 0, 0)], after: third });
    const network = await load(t, bytes, stated);
    const whole = await upscaleWhole(network, pixels);
    first ??= whole;
    t.true(largestDifference(whole, first) <= 1);
    const [one, three] = await Promise.all(
      [1, 3].map((threads) => enlarge(t, network, pixels, { threads, tilePx: 13 })),
    );
    t.true(largestDifference(one!, whole) <= 1);
    t.deepEqual(one!.data, three!.data);
  }
});

test('as old exporters write it: one size, and the pixels put in their places by hand', async (t) => {
  const next = seeded(4);
  const layers: Node[] = [
    { op: 'input', name: 'x', inputs: [], channels: 1 },
    conv('a', 'x', [1, 8], 5, next),
    { op: 'activation', name: 'relu', inputs: ['a'], activation: 'relu' },
    conv('b', 'relu', [8, 9], 3, next),
  ];
  const up: Node = { op: 'depthToSpace', name: 'up', inputs: ['b'], block: 3, mode: 'CRD' };
  const ranges = { inputRange: [0, 1], outputRange: [0, 1] };
  const plain = await load(t, varied(emitOnnx(graphOf('test', [...layers, up], 'up')), LUMA), ranges);
  const shape = (...sides: number[]) => ({ type: 'Reshape', constants: [integers('', sides)] });
  const byHand: Variant = {
    takes: ['batch', 1, 24, 24],
    gives: ['batch', 1, 72, 72],
    after: [shape(-1, 1, 3, 3, 24, 24), transpose(0, 1, 4, 2, 5, 3), shape(-1, 1, 72, 72)],
  };
  const bytes = emitOnnx(graphOf('test', layers, 'b'));
  const wanted = await upscaleWhole(plain, pixels);
  const read = await load(t, varied(bytes, byHand), ranges);
  t.like(read, { factor: 3, windowPx: undefined });
  t.true(largestDifference(await enlarge(t, read, pixels), wanted) <= 1);
  const run = await load(t, varied(bytes, { ...byHand, before: unknown }), ranges);
  t.like(run, { factor: 3, windowPx: { widthPx: 24, heightPx: 24 } });
  t.true(largestDifference(await enlarge(t, run, pixels), wanted) <= 1);
});

test('a network that only sharpens is given the enlarged image, where that is stated', async (t) => {
  const same: Graph = graphOf(
    'test',
    [
      { op: 'input', name: 'x', inputs: [], channels: 1 },
      { op: 'affine', name: 'y', inputs: ['x'], scale: Float32Array.of(1), offset: Float32Array.of(0) },
    ],
    'y',
  );
  t.like(await load(t, varied(emitOnnx(same), LUMA)), { factor: 1 });
  for (const before of [[], unknown]) {
    const network: NetworkFile = await load(t, varied(emitOnnx(same), { ...LUMA, before }), {
      enlargeFirst: 2,
    });
    t.is(network.factor, 2);
    const made = await enlarge(t, network, pixels, { tilePx: 17 });
    t.true(largestDifference(made, resampled(pixels, 2, keys, 2)) <= 1);
  }
});

/** Luma by repetition, colour by lanczos3, all of it in double precision. */
function repeatedLuma(image: Pixels, factor: number): Pixels {
  const repeats = repeated(image, factor);
  const smooth = resampledValues(image, factor, lanczos, 3);
  const result = blankPixels({ widthPx: repeats.widthPx, heightPx: repeats.pageHeightPx });
  for (let at = 0; at < result.data.length; at += 3) {
    const luma = lumaOf(repeats.data, at) - lumaOf(smooth, at);
    for (let c = 0; c < 3; c += 1) result.data[at + c] = level(smooth[at + c]! + luma);
  }
  return result;
}

const lumaOf = (rgb: ArrayLike<number>, at: number) =>
  0.299 * rgb[at]! + 0.587 * rgb[at + 1]! + 0.114 * rgb[at + 2]!;
const level = (value: number) => Math.min(255, Math.max(0, Math.floor(value + 0.5)));
const sinc = (x: number) => (x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x));
const lanczos = (x: number) => (Math.abs(x) < 3 ? sinc(x) * sinc(x / 3) : 0);

/** Keys' cubic with a = -1/2. */
function keys(x: number): number {
  const d = Math.abs(x);
  if (d >= 2) return 0;
  return d < 1 ? (1.5 * d - 2.5) * d * d + 1 : ((-0.5 * d + 2.5) * d - 4) * d + 2;
}

function repeated(image: Pixels, factor: number): Pixels {
  const { widthPx, pageHeightPx, channels, data } = image;
  const bits = data instanceof Uint16Array ? 16 : 8;
  const result = blankPixels({ widthPx: widthPx * factor, heightPx: pageHeightPx * factor, channels, bits });
  for (let i = 0; i < result.data.length; i += 1) {
    const pixel = Math.floor(i / channels);
    const x = Math.floor((pixel % result.widthPx) / factor);
    const y = Math.floor(Math.floor(pixel / result.widthPx) / factor);
    result.data[i] = data[(y * widthPx + x) * channels + (i % channels)]!;
  }
  return result;
}

function resampled(image: Pixels, factor: number, kernel: (x: number) => number, support: number): Pixels {
  const result = blankPixels({ widthPx: image.widthPx * factor, heightPx: image.pageHeightPx * factor });
  resampledValues(image, factor, kernel, support).forEach((value, i) => (result.data[i] = level(value)));
  return result;
}

/** Around pixel centres, with the nearest pixel beyond the border. */
function resampledValues(
  { data, widthPx, pageHeightPx }: Pixels,
  factor: number,
  kernel: (x: number) => number,
  support: number,
): Float64Array {
  const width = widthPx * factor;
  const values = new Float64Array(3 * width * pageHeightPx * factor);
  const taps = (position: number, most: number) => {
    const centre = (position + 0.5) / factor - 0.5;
    const all = Array.from({ length: 2 * support }, (_, i) => Math.floor(centre) - support + 1 + i);
    const weights = all.map((at) => kernel(at - centre));
    const sum = weights.reduce((a, b) => a + b, 0);
    return all.map((at, i) => [Math.min(most - 1, Math.max(0, at)), weights[i]! / sum] as const);
  };
  for (let y = 0; y < pageHeightPx * factor; y += 1) {
    for (let x = 0; x < width; x += 1) {
      for (const [row, down] of taps(y, pageHeightPx)) {
        for (const [column, across] of taps(x, widthPx)) {
          for (let c = 0; c < 3; c += 1) {
            values[(y * width + x) * 3 + c]! += down * across * data[(row * widthPx + column) * 3 + c]!;
          }
        }
      }
    }
  }
  return values;
}

import type { Graph } from '../../graph.js';
import { readRsrRecord, type RsrArray, type RsrRecord } from './rsr-record.js';
import { isXz } from './xz.js';
import { damaged } from '../../order.js';
import { createBuilder, type Builder } from './builder.js';

/**
 * The graph of a network of srgan-rust, or of rusty_sr before it. Both take and give RGB in 0..1.
 * @throws SrganError E_MODEL
 */
export function readRsr(title: string, bytes: Uint8Array): Graph {
  return isXz(bytes) ? srganRustGraph(title, readRsrRecord(title, bytes)) : rustySrGraph(title, bytes);
}

const SIDE = 3;

/**
 * The network of srgan-rust: convolutions of 3 × 3, each of the layers 1, 2, 4, 8… before it as far as its
 * number allows, and biases that come from means over the whole image.
 * Source: https://github.com/ktheindifferent/srgan-rust, src/network.rs
 * @throws SrganError E_MODEL
 */
export function srganRustGraph(title: string, record: RsrRecord): Graph {
  const { factor, logDepth, globalNodeFactor, arrays } = record;
  const build = createBuilder(title);
  const hiddenLayers = 2 ** logDepth - 1;
  const looksAtMeans = globalNodeFactor > 0;
  let taken = 0;

  /** The next array, told from what should not be there by its number of dimensions. */
  const take = (what: string, dimensions: number): RsrArray => {
    const array = arrays[taken];
    if (array?.shape.length !== dimensions) throw damaged(title, `its ${what} are not where they should be`);
    taken += 1;
    return array;
  };
  const channelsOf = ({ shape }: RsrArray) => shape.at(-1) ?? 0;
  const conv = (input: string, bias?: Float32Array) => {
    const { shape, values } = take('convolutions', 4);
    const [outChannels = 0, rows, columns, inChannels = 0] = shape;
    if (rows !== SIDE || columns !== SIDE)
      throw damaged(title, 'it has convolutions of another size than 3 × 3');
    return build.conv(input, values, { side: SIDE, inChannels, outChannels }, bias);
  };
  const linear = (input: string, bias?: Float32Array) => {
    const weights = take('linear layers', 2);
    return build.linear(input, weights.values, channelsOf(weights), bias);
  };
  /** What a mean is turned into; newer files have a bias here, older ones none. */
  const global = (layer: string, mayHaveBias: boolean) => {
    const weights = take('linear layers', 2);
    const hasBias = mayHaveBias && arrays[taken]?.shape.length === 2;
    const bias = hasBias ? take('biases', 2).values : undefined;
    const turned = build.linear(build.mean(layer), weights.values, channelsOf(weights), bias);
    return spline(build, turned, take('activations', 3));
  };

  const active = [build.input];
  const globals = looksAtMeans ? [global(build.input, false)] : [];
  let last = build.input;
  for (let layer = 0; layer <= hiddenLayers; layer += 1) {
    const before = jumpsOf(layer + 1).map((jump) => active.length - jump);
    if (looksAtMeans) {
      const bias = take('biases', 4).values;
      const sums: string[] = [];
      const biases: string[] = [];
      for (const [i, place] of before.entries()) {
        sums.push(conv(active[place] ?? ''));
        biases.push(linear(globals[place] ?? '', i === 0 ? bias : undefined));
      }
      last = build.add(...sums, build.add(...biases));
    } else {
      const sums = before.map((place) => conv(active[place] ?? ''));
      last = build.affine(build.add(...sums), 1, take('biases', 4).values);
    }
    if (layer === hiddenLayers) break;
    const activated = spline(build, last, take('activations', 5));
    active.push(activated);
    if (looksAtMeans) globals.push(global(activated, true));
  }
  if (taken !== arrays.length)
    throw damaged(title, `${arrays.length - taken} of its weights belong to no layer`);
  if (!(factor >= 1 && factor <= 16)) throw damaged(title, `it states the factor ${factor}`);
  return build.enlarged(last, factor);
}

/** How far back a layer reaches: 1, 2, 4… while they divide its number. */
function jumpsOf(number: number): number[] {
  const jumps: number[] = [];
  for (let jump = 1; jump <= number && number % jump === 0; jump *= 2) jumps.push(jump);
  return jumps;
}

/**
 * Straight below -1 and above 1, a cubic through 0 in between, by its slopes at -1, 0 and 1.
 * @param slopes of each channel: first all on the left, then the middle, then the right
 */
function spline(build: Builder, input: string, { values: slopes }: RsrArray): string {
  const channels = slopes.length / 3;
  const byChannel = (value: (left: number, centre: number, right: number) => number) =>
    Float32Array.from({ length: channels }, (_, c) =>
      value(slopes[c] ?? 0, slopes[channels + c] ?? 0, slopes[2 * channels + c] ?? 0),
    );
  const left = byChannel((l) => l);
  const right = byChannel((_, __, r) => r);
  const within = build.clip(input, -1, 1);
  // the cubic as ((a·x + b)·x + centre)·x
  const cubic = build.affine(
    within,
    byChannel((l, c, r) => ((l + r) / 2 - c) / 3),
    byChannel((l, _, r) => (r - l) / 4),
  );
  const square = build.affine(
    build.mul(cubic, within),
    1,
    byChannel((_, c) => c),
  );
  const below = build.affine(build.clip(input, -Infinity, -1), left, left);
  const above = build.affine(
    build.clip(input, 1, Infinity),
    right,
    right.map((r) => -r),
  );
  return build.add(build.mul(square, within), below, above);
}

const COLOURS = 3;
const WIDTH = 32;

/** Weights of the network but for those that depend on its factor. */
const FIXED_VALUES = 107_104;
const VALUES_PER_EXPANDED_CHANNEL = 1 + 3 * WIDTH * 9;

/**
 * The network of rusty_sr, and what its .rsr files are: a number of values, the size of each, then the values
 * as 32-bit floats, in the order of its layers.
 * Source: https://github.com/millardjn/rusty_sr, src/network.rs
 * @throws SrganError E_MODEL
 */
export function rustySrGraph(title: string, bytes: Uint8Array): Graph {
  const values = readValues(title, bytes);
  const factor = Math.sqrt((values.length - FIXED_VALUES) / VALUES_PER_EXPANDED_CHANNEL / COLOURS);
  if (!Number.isInteger(factor) || factor < 1 || factor > 16) {
    throw damaged(title, `it holds ${values.length} weights, which no network of rusty_sr has`);
  }
  const build = createBuilder(title);
  let taken = 0;
  const take = (count: number) => values.subarray(taken, (taken += count));
  const kernel = (side: number, inChannels: number, outChannels: number) => {
    const weights = take(outChannels * side * side * inChannels);
    return (input: string, bias?: Float32Array) =>
      build.conv(input, weights, { side, inChannels, outChannels }, bias);
  };

  const expanded = COLOURS * factor ** 2;
  const firstConv = kernel(5, COLOURS, WIDTH);
  const [firstBias, firstSlope] = [take(WIDTH), take(WIDTH)];
  const expandBias = take(expanded);
  const biases = [take(WIDTH), take(WIDTH), take(WIDTH)] as const;
  const slopes = [take(WIDTH), take(WIDTH), take(WIDTH)] as const;
  const fromFirst = [kernel(5, WIDTH, WIDTH), kernel(5, WIDTH, WIDTH), kernel(5, WIDTH, WIDTH)] as const;
  const [oneToTwo, oneToThree, oneToLast] = [
    kernel(3, WIDTH, WIDTH),
    kernel(3, WIDTH, WIDTH),
    kernel(3, WIDTH, expanded),
  ];
  const [twoToThree, twoToLast, threeToLast] = [
    kernel(3, WIDTH, WIDTH),
    kernel(3, WIDTH, expanded),
    kernel(3, WIDTH, expanded),
  ];

  const first = bent(build, firstConv(build.input, firstBias), firstSlope);
  const one = bent(build, fromFirst[0](first, biases[0]), slopes[0]);
  const two = bent(build, build.add(fromFirst[1](first, biases[1]), oneToTwo(one)), slopes[1]);
  const three = bent(
    build,
    build.add(fromFirst[2](first, biases[2]), oneToThree(one), twoToThree(two)),
    slopes[2],
  );
  const expand = build.add(oneToLast(one, expandBias), twoToLast(two), threeToLast(three));
  return build.enlarged(expand, factor);
}

/** √(x² + 1) - 1 + slope·x */
function bent(build: Builder, input: string, slopes: Float32Array): string {
  const root = build.sqrt(build.affine(build.mul(input, input), 1, 1));
  return build.add(root, build.affine(input, slopes, -1));
}

function readValues(title: string, bytes: Uint8Array): Float32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const count = bytes.length < 4 ? 0 : view.getUint32(0, true);
  const start = 4 + 4 * count;
  if (count === 0 || bytes.length !== start + 4 * count || view.getUint32(4, true) !== 4) {
    throw damaged(title, 'it is no network of srgan-rust or rusty_sr, or is damaged');
  }
  const values = Float32Array.from({ length: count }, (_, i) => view.getFloat32(start + 4 * i, true));
  if (!values.every(Number.isFinite)) throw damaged(title, 'its weights are no numbers');
  return values;
}

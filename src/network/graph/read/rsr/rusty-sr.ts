import type { Graph } from '../../graph.js';
import { damaged } from '../../order.js';
import { createBuilder, type Builder } from './builder.js';

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

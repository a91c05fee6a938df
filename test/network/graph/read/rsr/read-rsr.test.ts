import test from 'ava';
import { SrganError } from '../../../../../src/system/errors.js';
import { readRsr } from '../../../../../src/network/graph/read/rsr/read-rsr.js';
import { randomValues, seeded } from '../../../../helpers/random.js';
import { evaluate } from '../../../../../src/network/engines/reference/reference.js';
import { tensor } from '../../../../../src/network/engines/reference/tensor.js';
import { xzOf } from './xz-of.js';

interface Described {
  readonly factor: number;
  readonly logDepth: number;
  readonly width: number;
  readonly globalNodeFactor: number;
  /** Newer records state the width, and have a bias for what a mean is turned into. */
  readonly newer: boolean;
}

const next = seeded(23);
const input = tensor(3, 5, 6, () => next());

for (const described of [
  { factor: 2, logDepth: 2, width: 4, globalNodeFactor: 1, newer: false },
  { factor: 3, logDepth: 2, width: 4, globalNodeFactor: 2, newer: true },
  { factor: 4, logDepth: 3, width: 2, globalNodeFactor: 0, newer: false },
  { factor: 2, logDepth: 0, width: 2, globalNodeFactor: 1, newer: true },
]) {
  test(`srgan-rust: ${JSON.stringify(described)}`, (t) => {
    const graph = readRsr(
      'net.rsr',
      fileOf(described, () => next() - 0.5),
    );
    const output = evaluate(graph, input);
    t.deepEqual([output.channels, output.height], [3, 5 * described.factor]);
    // with nothing learned, the image enlarged linearly remains
    const plain = evaluate(
      readRsr(
        'net.rsr',
        fileOf(described, () => 0),
      ),
      input,
    );
    const linear = {
      ...graph,
      nodes: graph.nodes.filter(({ name }) => name === 'input' || name === 'linear'),
      output: 'linear',
    };
    t.deepEqual(plain.values, evaluate(linear, input).values);
    t.notDeepEqual(output.values, plain.values);
  });
}

test('damaged files are refused in a sentence', (t) => {
  const described = { factor: 2, logDepth: 2, width: 4, globalNodeFactor: 1, newer: false };
  const record = recordOf(described, () => next());
  const refusal = (bytes: Uint8Array) => {
    const error = t.throws(() => readRsr('net.rsr', bytes), { instanceOf: SrganError });
    t.is(error.code, 'E_MODEL');
    return error.message;
  };
  const changed = (at: number, value: number) => {
    const bytes = Buffer.from(record);
    bytes.writeUInt32LE(value, at);
    return xzOf(shuffled(bytes));
  };
  t.regex(refusal(Buffer.alloc(0)), /no network of srgan-rust or rusty_sr/);
  t.regex(refusal(Buffer.from('hello, network')), /no network of srgan-rust or rusty_sr/);
  t.regex(refusal(xzOf(shuffled(record)).subarray(0, 900)), /compressed data is cut off or damaged/);
  t.regex(refusal(xzOf(shuffled(record.subarray(0, -4)))), /no network of srgan-rust, or is damaged/);
  t.regex(refusal(changed(0, 99)), /states the factor 99/);
  t.regex(refusal(changed(4, 3)), /are not where they should be/);
  t.regex(refusal(changed(4, 1)), /belong to no layer|are not where they should be/);
  t.regex(refusal(changed(4, 4_000_000)), /a size that no network has/);
  t.regex(refusal(changed(12, 0xffffffff)), /no network of srgan-rust, or is damaged/);
});

test('rusty_sr: the factor is told by the number of weights', (t) => {
  for (const factor of [2, 3]) {
    const count = 107_104 + 3 * factor ** 2 * 865;
    const output = evaluate(readRsr('net.rsr', listOf(new Float32Array(count))), input);
    t.deepEqual([output.height, output.width], [5 * factor, 6 * factor]);
  }
  for (const count of [1, 107_104, 107_105, 130_460]) {
    t.throws(() => readRsr('net.rsr', listOf(new Float32Array(count))), {
      message: /which no network of rusty_sr has/,
    });
  }
  t.throws(() => readRsr('net.rsr', listOf(randomValues(next, 130_459, -1, 1)).subarray(0, -1)), {
    message: /or is damaged/,
  });
  t.throws(() => readRsr('net.rsr', listOf(new Float32Array(130_459).fill(NaN))), { message: /no numbers/ });
});

/** A network as srgan-rust builds it, with these weights. */
function recordOf(
  { factor, logDepth, width, globalNodeFactor, newer }: Described,
  weight: () => number,
): Buffer {
  const arrays: number[][] = [];
  const layers = 2 ** logDepth;
  const channels = [3];
  const global = (inChannels: number, bias: boolean) => {
    const outChannels = globalNodeFactor * inChannels;
    arrays.push([inChannels, outChannels]);
    if (bias) arrays.push([1, outChannels]);
    arrays.push([3, 1, outChannels]);
  };
  if (globalNodeFactor > 0) global(3, false);
  for (let layer = 1; layer <= layers; layer += 1) {
    const jumps = [1, 2, 4, 8].filter((jump) => layer % jump === 0);
    const own = layer === layers ? 3 * factor ** 2 : width * jumps.length;
    const before = jumps.map((jump) => channels[channels.length - jump]!);
    if (globalNodeFactor > 0) arrays.push([1, 1, 1, own]);
    for (const from of before) {
      arrays.push([own, 3, 3, from]);
      if (globalNodeFactor > 0) arrays.push([globalNodeFactor * from, own]);
    }
    if (globalNodeFactor === 0) arrays.push([1, 1, 1, own]);
    if (layer === layers) break;
    arrays.push([3, 1, 1, 1, own]);
    if (globalNodeFactor > 0) global(own, newer);
    channels.push(own);
  }
  const head = newer ? [factor, width, logDepth, globalNodeFactor] : [factor, logDepth, globalNodeFactor];
  return Buffer.concat([
    Buffer.from(Uint32Array.from(head).buffer),
    wide(arrays.length),
    ...arrays.map((shape) => {
      const length = shape.reduce((a, b) => a * b);
      const values = Float32Array.from({ length }, weight);
      return Buffer.concat([Buffer.of(1), wide(shape.length, ...shape, length), Buffer.from(values.buffer)]);
    }),
  ]);
}

function fileOf(described: Described, weight: () => number): Buffer {
  return xzOf(shuffled(recordOf(described, weight)));
}

function wide(...values: number[]): Buffer {
  return Buffer.from(BigUint64Array.from(values, BigInt).buffer);
}

/** The first bytes of all groups of four, then the second ones, and so on. */
function shuffled(bytes: Uint8Array): Buffer {
  return Buffer.concat([0, 1, 2, 3].map((place) => Buffer.from(bytes.filter((_, i) => i % 4 === place))));
}

/** A file of rusty_sr. */
function listOf(values: Float32Array): Buffer {
  const sizes = Uint32Array.from({ length: values.length + 1 }, (_, i) => (i === 0 ? values.length : 4));
  return Buffer.concat([Buffer.from(sizes.buffer), Buffer.from(values.buffer)]);
}

import test from 'ava';
import * as ort from 'onnxruntime-node';
import { emitOnnx } from '../../../src/network/graph/emit-onnx.js';
import { square, type Extent, type Graph, type Node } from '../../../src/network/graph/graph.js';
import { receptiveField } from '../../../src/network/graph/receptive-field.js';
import { readPackaged } from '../../../src/network/models/packaged.js';
import { PACKAGED } from '../../../src/network/models/registry.js';
import { seeded } from '../../helpers/random.js';
import { around, conv, randomNetwork } from './random-graph.js';

test('adds up over convolutions, and counts in input pixels after an enlargement', (t) => {
  const next = seeded(1);
  const chain = (...nodes: Node[]) => receptiveField('test', around(nodes.at(-1)!, 3, nodes.slice(0, -1)));
  const up = (name: string, input: string): Node => ({
    op: 'upsample',
    name,
    inputs: [input],
    factor: square(2),
  });
  const five = conv('a', 'x', [3, 3], 5, next);
  t.like(chain(five, conv('b', 'a', [3, 3], 3, next)), { factor: 1, radiusPx: 3, alignPx: 1 });
  t.like(chain(up('a', 'x'), conv('b', 'a', [3, 3], 3, next)), { factor: 2, radiusPx: 1 });
  // 2 pixels of 4 times the size still lie in the next input pixel
  const twice = [up('a', 'x'), up('b', 'a'), conv('c', 'b', [3, 3], 5, next)] as const;
  t.like(chain(...twice), { factor: 4, radiusPx: 1 });
  t.like(chain({ ...five, dilations: square(3) }), { radiusPx: 10 });
});

test('a network that shrinks and enlarges again is bound to a grid', (t) => {
  const next = seeded(2);
  const half: Node = { ...conv('a', 'x', [3, 3], 2, next), strides: square(2), pads: 'same' };
  const back: Node = { op: 'upsample', name: 'b', inputs: ['a'], factor: square(2) };
  t.deepEqual(receptiveField('test', around(back, 3, [half])), { factor: 1, radiusPx: 1, alignPx: 2 });
});

test('refuses factors that are not whole, and tensors of different resolution', (t) => {
  const half: Node = { ...conv('a', 'x', [3, 3], 2, seeded(2)), strides: square(2), pads: 'same' };
  t.throws(() => receptiveField('half.onnx', around(half, 3)), { message: /^half\.onnx: .*1\/2/ });
  const sum: Node = { op: 'add', name: 'b', inputs: ['x', 'a'] };
  t.throws(() => receptiveField('sum.onnx', around(sum, 3, [half])), { message: /layer 'b' joins/ });
});

test('random networks: changing any one pixel shows the very same radius', async (t) => {
  const next = seeded(5);
  for (let i = 0; i < 40; i += 1) {
    const graph = randomNetwork(next);
    t.is(receptiveField('random', graph).radiusPx, await observedRadius(graph), outline(graph));
  }
});

for (const family of PACKAGED) {
  test(`${family.name}: an impulse along the farthest path goes as far as the radius, at every factor`, async (t) => {
    for (const factor of family.factors) {
      const graph = await readPackaged(family, factor);
      const { radiusPx, factor: found, alignPx } = receptiveField(family.name, graph);
      t.is(found, factor);
      t.is(alignPx, 1);
      const size = { height: 1, width: 2 * radiusPx + 11 };
      const centre = radiusPx + 5;
      // a tap on the left carries a value to the right
      const right = await lit(outermost(graph, 'left'), size, { y: 0, x: centre });
      const left = await lit(outermost(graph, 'right'), size, { y: 0, x: centre });
      t.is(Math.floor(right.last.x / factor) - centre, radiusPx);
      t.is(centre - Math.floor(left.first.x / factor), radiusPx);
    }
  });
}

for (const family of PACKAGED.filter(({ name }) => name !== 'esrgan-thick')) {
  test(`${family.name}: with its own weights, nothing beyond the radius changes`, async (t) => {
    const graph = await readPackaged(family, 2);
    const { radiusPx } = receptiveField(family.name, graph);
    const side = 2 * radiusPx + 9;
    const centre = radiusPx + 4;
    const next = seeded(11);
    const plain = Float32Array.from({ length: 3 * side * side }, () => 255 * next());
    const changed = plain.slice();
    for (let plane = 0; plane < 3; plane += 1) changed[(plane * side + centre) * side + centre] = 0;
    const size = { height: side, width: side };
    const [one, other] = [await run(graph, plain, size), await run(graph, changed, size)];
    let farthest = 0;
    one.forEach((value, i) => {
      if (value === other[i]) return;
      const x = Math.floor((i % (2 * side)) / 2);
      const y = Math.floor((Math.floor(i / (2 * side)) % (2 * side)) / 2);
      farthest = Math.max(farthest, Math.abs(x - centre), Math.abs(y - centre));
    });
    t.true(farthest <= radiusPx, `${farthest} of ${radiusPx}`);
    t.true(farthest >= radiusPx / 2, `${farthest} of ${radiusPx}`);
  });
}

interface Position {
  readonly y: number;
  readonly x: number;
}

/** Largest distance, in input pixels, at which the output feels a pixel, on every phase of the grid. */
async function observedRadius(graph: Graph): Promise<number> {
  const { factor } = receptiveField('random', graph);
  let radius = 0;
  for (const at of [20, 21, 22, 23]) {
    const { first, last } = await lit(graph, { height: 48, width: 48 }, { y: at, x: at });
    for (const axis of ['y', 'x'] as const) {
      const [from, to] = [Math.floor(first[axis] / factor), Math.floor(last[axis] / factor)];
      radius = Math.max(radius, at - from, to - at);
    }
  }
  return radius;
}

/** Bounds of what is not 0 in the output for an image that is 0 but in one pixel. */
async function lit(graph: Graph, size: Extent, at: Position): Promise<{ first: Position; last: Position }> {
  const channels = graph.nodes[0]?.op === 'input' ? graph.nodes[0].channels : 0;
  const pixels = new Float32Array(channels * size.height * size.width);
  for (let c = 0; c < channels; c += 1) pixels[(c * size.height + at.y) * size.width + at.x] = 1;
  const output = await run(graph, pixels, size);
  const { factor } = receptiveField('test', graph);
  const [height, width] = [size.height * factor, size.width * factor];
  const first = { y: Infinity, x: Infinity };
  const last = { y: -Infinity, x: -Infinity };
  output.forEach((value, i) => {
    if (value === 0) return;
    const [x, y] = [i % width, Math.floor(i / width) % height];
    first.x = Math.min(first.x, x);
    first.y = Math.min(first.y, y);
    last.x = Math.max(last.x, x);
    last.y = Math.max(last.y, y);
  });
  return { first, last };
}

/**
 * The network with nothing but the outermost tap of each convolution on one side, spread evenly over the
 * channels and a little above 1 in sum, so that no path underflows or overflows.
 */
function outermost(graph: Graph, side: 'left' | 'right'): Graph {
  const nodes = graph.nodes.map((node): Node => {
    if (node.op === 'affine') return { ...node, scale: Float32Array.of(1) };
    if (node.op !== 'conv') return node;
    const { kernel, inChannels, weights } = node;
    const taps = kernel.height * kernel.width;
    const row = Math.floor(kernel.height / 2) * kernel.width;
    const kept = row + (side === 'left' ? 0 : kernel.width - 1);
    const moved = weights.map((_, i) => (i % taps === kept ? 2 / inChannels : 0));
    return { ...node, weights: moved, bias: undefined };
  });
  return { ...graph, nodes };
}

async function run(graph: Graph, pixels: Float32Array, { height, width }: Extent): Promise<Float32Array> {
  const bytes = new Uint8Array(emitOnnx(graph));
  const session = await ort.InferenceSession.create(bytes, { intraOpNumThreads: 1, logSeverityLevel: 4 });
  const channels = pixels.length / height / width;
  const { output } = await session.run({
    input: new ort.Tensor('float32', pixels, [1, channels, height, width]),
  });
  await session.release();
  return output!.data as Float32Array;
}

function outline({ nodes }: Graph): string {
  return nodes.map((node) => `${node.name} ${node.op}(${node.inputs.join()})`).join(', ');
}

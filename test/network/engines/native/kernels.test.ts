import test from 'ava';
import {
  ACTIVATIONS,
  square,
  type ConvNode,
  type Graph,
  type Node,
} from '../../../../src/network/graph/graph.js';
import { graphOf } from '../../../../src/network/graph/order.js';
import { findBinding } from '../../../../src/network/engines/native/binding.js';
import { compile } from '../../../../src/network/engines/native/compile.js';
import { evaluate } from '../../../../src/network/engines/reference/reference.js';
import { randomValues, seeded } from '../../../helpers/random.js';
import { conv } from '../../graph/random-graph.js';

const found = findBinding();
const kernels = 'missing' in found ? undefined : found;
const SETS = ['avx512', 'avx2', 'neon'].filter((set) => kernels?.binding.instructionSet(set) === set);

if (SETS.length === 0) {
  test('no kernels: nothing of them is tested', (t) =>
    t.log('missing' in found ? found.missing : 'none run'));
}

let count = 0;

/** How far the kernels are from sums in double precision, in units of the largest value. */
function apart(
  set: string,
  graph: Graph,
  width: number,
  height: number,
  wanted?: [number, number, number, number],
) {
  const { binding } = kernels!;
  const program = compile('test', graph);
  if ('missing' in program) throw new Error(program.missing);
  const channels = graph.nodes.find(({ op }) => op === 'input');
  const inputs = channels?.op === 'input' ? channels.channels : 3;
  const planes = randomValues(seeded(width * 99 + height), inputs * width * height, -1, 1);
  const whole = evaluate(graph, { channels: inputs, height, width, values: Float64Array.from(planes) });
  const times = whole.height / height;
  const [top, left, bottom, right] = wanted ?? [0, 0, height, width];
  const extra = Number.isInteger(times) ? 0 : whole.height - height;
  const factor = extra === 0 ? times : 1;
  const size = { height: (bottom - top) * factor + extra, width: (right - left) * factor + extra };
  const result = new Float32Array(whole.channels * size.height * size.width);
  const handle = binding.load(`test ${(count += 1)}`, set, program.code, program.numbers);
  // what lies in memory from before must not matter
  for (let i = 0; i < 2; i += 1)
    binding.runPlanes(handle, planes, width, height, top, left, bottom, right, extra, [], result);
  binding.dispose(handle);
  let [farthest, largest] = [0, 1e-9];
  for (const value of whole.values) largest = Math.max(largest, Math.abs(value));
  for (let c = 0; c < whole.channels; c += 1) {
    for (let y = 0; y < size.height; y += 1) {
      for (let x = 0; x < size.width; x += 1) {
        const expected =
          whole.values[(c * whole.height + y + top * factor) * whole.width + x + left * factor]!;
        const got = result[(c * size.height + y) * size.width + x]!;
        farthest = Math.max(farthest, Number.isNaN(got) ? Infinity : Math.abs(got - expected));
      }
    }
  }
  return farthest / largest;
}

const input = (channels: number): Node => ({ op: 'input', name: 'x', inputs: [], channels });

/** A convolution of so many channels, which come from three. */
function convolution(
  inChannels: number,
  outChannels: number,
  side: number,
  next: () => number,
  more: Partial<ConvNode> = {},
) {
  const bias = randomValues(next, outChannels, -1, 1);
  return graphOf(
    'test',
    [
      input(3),
      conv('wide', 'x', [3, inChannels], 1, next),
      { ...conv('y', 'wide', [inChannels, outChannels], side, next), bias, ...more },
    ],
    'y',
  );
}

for (const set of SETS) {
  test(`${set}: 3 × 3 convolutions of any channels and sizes`, (t) => {
    const next = seeded(7);
    for (const [inChannels, outChannels] of [
      [3, 3],
      [3, 16],
      [5, 12],
      [8, 8],
      [12, 17],
      [16, 16],
      [17, 5],
      [24, 24],
      [32, 32],
      [48, 48],
      [52, 52],
      [64, 64],
      [64, 3],
      [33, 80],
      [160, 32],
      [16, 112],
    ] as const) {
      for (const [width, height] of [
        [1, 1],
        [2, 7],
        [13, 6],
        [25, 19],
        [6, 31],
      ] as const) {
        const error = apart(set, convolution(inChannels, outChannels, 3, next), width, height);
        t.true(error < 2e-5, `${inChannels} to ${outChannels} on ${width} × ${height}: ${error}`);
      }
    }
  });

  test(`${set}: convolutions of other sides, strides, dilations and borders`, (t) => {
    const next = seeded(8);
    for (const [side, stride, dilation] of [
      [1, 1, 1],
      [5, 1, 1],
      [7, 1, 1],
      [2, 1, 1],
      [4, 1, 1],
      [3, 1, 2],
      [9, 1, 1],
    ] as const) {
      for (const [width, height] of [
        [17, 9],
        [1, 3],
        [30, 12],
      ] as const) {
        const spread = (side - 1) * dilation;
        const pads = {
          top: spread >> 1,
          left: spread >> 1,
          bottom: spread - (spread >> 1),
          right: spread - (spread >> 1),
        };
        for (const [i, o] of [
          [3, 20],
          [19, 7],
          [32, 48],
        ] as const) {
          const graph = convolution(i, o, side, next, {
            strides: square(stride),
            dilations: square(dilation),
            pads,
          });
          const error = apart(set, graph, width, height);
          t.true(error < 5e-6, `${side} ${dilation} ${i} to ${o}: ${error}`);
        }
      }
    }
    for (const pads of [
      { top: 0, left: 0, bottom: 0, right: 0 },
      { top: 4, left: 4, bottom: 4, right: 4 },
    ]) {
      const error = apart(set, convolution(16, 16, 3, next, { pads }), 21, 14);
      t.true(error < 2e-5, `${error}`);
    }
  });

  test(`${set}: all activations, sums, products and what moves values`, (t) => {
    const next = seeded(9);
    const from = (node: Node, more: readonly Node[] = []) =>
      graphOf('test', [input(7), conv('a', 'x', [7, 36], 3, next), ...more, node], node.name);
    const other = conv('b', 'x', [7, 36], 3, next);
    const wide = (channels: number) => conv('b', 'x', [7, channels], 3, next);
    const nodes: [Node, Node[]?][] = [
      ...ACTIVATIONS.filter((activation) => activation !== 'sqrt').map((activation): [Node] => [
        { op: 'activation', name: 'y', inputs: ['a'], activation },
      ]),
      [{ op: 'leakyRelu', name: 'y', inputs: ['a'], slope: 0.1 }],
      [{ op: 'prelu', name: 'y', inputs: ['a'], slopes: randomValues(next, 36, -1, 1) }],
      [{ op: 'clip', name: 'y', inputs: ['a'], min: -0.5, max: Infinity }],
      [
        {
          op: 'affine',
          name: 'y',
          inputs: ['a'],
          scale: randomValues(next, 36, -1, 1),
          offset: randomValues(next, 1, -1, 1),
        },
      ],
      [{ op: 'add', name: 'y', inputs: ['a', 'b'] }, [other]],
      [{ op: 'add', name: 'y', inputs: ['a', 'b', 'b'] }, [other]],
      [{ op: 'mul', name: 'y', inputs: ['a', 'b'] }, [other]],
      [
        { op: 'mul', name: 'y', inputs: ['a', 'b'] },
        [{ op: 'activation', name: 'b', inputs: ['a'], activation: 'sigmoid' }],
      ],
      [{ op: 'concat', name: 'y', inputs: ['b', 'a', 'x'] }, [wide(16)]],
      [{ op: 'concat', name: 'y', inputs: ['b', 'a', 'b'] }, [wide(5)]],
      [{ op: 'upsample', name: 'y', inputs: ['a'], factor: square(3) }],
      [{ op: 'resample', name: 'y', inputs: ['a'], kernel: 'linear', factor: square(2) }],
      [{ op: 'resample', name: 'y', inputs: ['a'], kernel: 'cubic', factor: square(3) }],
      [{ op: 'depthToSpace', name: 'y', inputs: ['a'], block: 2, mode: 'CRD' }],
      [{ op: 'depthToSpace', name: 'y', inputs: ['a'], block: 3, mode: 'DCR' }],
      ...(['CRD', 'DCR'] as const).flatMap((mode): [Node, Node[]][] => {
        const up: Node = { op: 'depthToSpace', name: 'up', inputs: ['wide'], block: 2, mode };
        const both = [conv('wide', 'x', [7, 64], 3, next), up];
        return [
          [{ op: 'leakyRelu', name: 'y', inputs: ['up'], slope: 0.1 }, both],
          [{ op: 'prelu', name: 'y', inputs: ['up'], slopes: randomValues(next, 16, -1, 1) }, both],
        ];
      }),
      [{ op: 'select', name: 'y', inputs: ['a'], channels: [35, 0, 17, 17] }],
    ];
    for (const [node, more] of nodes) {
      for (const [width, height] of [
        [19, 8],
        [1, 1],
      ] as const) {
        const error = apart(set, from(node, more), width, height);
        t.true(error < 3e-6, `${JSON.stringify(node).slice(0, 80)}: ${error}`);
      }
    }
    const mean: Node[] = [
      { op: 'mean', name: 'm', inputs: ['a'] },
      conv('s', 'm', [36, 36], 1, next),
      { op: 'mul', name: 'y', inputs: ['a', 's'] },
    ];
    t.true(
      apart(set, graphOf('test', [input(7), conv('a', 'x', [7, 36], 3, next), ...mean], 'y'), 23, 11) < 3e-6,
    );
  });

  test(`${set}: dense branches in one storage, of which parts are wanted`, (t) => {
    const next = seeded(10);
    const nodes: Node[] = [input(3), conv('c0', 'x', [3, 32], 3, next)];
    let channels = 32;
    for (let i = 1; i < 4; i += 1) {
      const inputs = Array.from({ length: i }, (_, k) => `c${k}`);
      nodes.push({ op: 'concat', name: `all${i}`, inputs });
      nodes.push(conv(`s${i}`, `all${i}`, [channels, 16], 3, next));
      nodes.push({ op: 'leakyRelu', name: `c${i}`, inputs: [`s${i}`], slope: 0.2 });
      channels += 16;
    }
    nodes.push(conv('phases', 'c3', [16, 12], 5, next));
    nodes.push({ op: 'depthToSpace', name: 'y', inputs: ['phases'], block: 2, mode: 'CRD' });
    const graph = graphOf('test', nodes, 'y');
    for (const wanted of [
      [0, 0, 31, 40],
      [3, 5, 9, 40],
      [30, 39, 31, 40],
      [11, 0, 20, 17],
    ] as [number, number, number, number][]) {
      t.true(apart(set, graph, 40, 31, wanted) < 2e-5);
    }
  });
}

if (kernels) {
  const { binding, instructionSet } = kernels;
  const program = compile('test', convolution(16, 16, 3, seeded(1)));
  if ('missing' in program) throw new Error(program.missing);

  test('a program that was tampered with is refused, or computes within its own memory', (t) => {
    const next = seeded(11);
    const planes = new Float32Array(3 * 12 * 12);
    let refused = 0;
    for (let i = 0; i < 3000; i += 1) {
      const code = program.code.slice();
      const values = [-1, 0, 1, 2, 3, 15, 16, 17, 64, 255, 4096, 65536, 2 ** 30, -(2 ** 31), 2 ** 31 - 1];
      for (let changes = 0; changes < 1 + (i % 3); changes += 1)
        code[Math.floor(next() * code.length)] = values[Math.floor(next() * values.length)]!;
      const cut = i % 10 === 0 ? code.subarray(0, Math.floor(next() * code.length)) : code;
      try {
        const handle = binding.load(`tampered ${i}`, instructionSet, cut, program.numbers);
        try {
          binding.runPlanes(handle, planes, 12, 12, 0, 0, 12, 12, 0, [], new Float32Array(16 * 12 * 12));
        } finally {
          binding.dispose(handle);
        }
      } catch {
        refused += 1;
      }
    }
    t.true(refused > 1500, `${refused}`);
    for (const count of [0, 10, program.numbers.length - 1]) {
      t.throws(() =>
        binding.load(`short ${count}`, instructionSet, program.code, program.numbers.subarray(0, count)),
      );
    }
  });

  test('arguments that are none are refused', (t) => {
    const handle = binding.load('arguments', instructionSet, program.code, program.numbers);
    const planes = new Float32Array(3 * 8 * 8);
    const result = new Float32Array(16 * 8 * 8);
    t.throws(() => binding.runPlanes(handle, planes.subarray(1), 8, 8, 0, 0, 8, 8, 0, [], result));
    t.throws(() => binding.runPlanes(handle, planes, 8, 8, 0, 0, 9, 8, 0, [], result));
    t.throws(() => binding.runPlanes(handle, planes, 8, 8, 0, 0, 8, 8, 0, [], result.subarray(1)));
    t.throws(() =>
      binding.runPages(handle, new Uint8Array(3), new Uint8Array(3), new Float64Array(19).fill(1), []),
    );
    binding.dispose(handle);
    binding.dispose(handle);
    t.throws(() => binding.runPlanes(handle, planes, 8, 8, 0, 0, 8, 8, 0, [], result));
  });

  test('1,000 loads and disposals leave memory flat', (t) => {
    const round = (i: number) => {
      const handle = binding.load(`round ${i}`, instructionSet, program.code, program.numbers);
      const result = new Float32Array(16 * 64 * 64);
      binding.runPlanes(handle, new Float32Array(3 * 64 * 64), 64, 64, 0, 0, 64, 64, 0, [], result);
      binding.dispose(handle);
    };
    for (let i = 0; i < 200; i += 1) round(i);
    const before = process.memoryUsage().rss;
    for (let i = 0; i < 1000; i += 1) round(i);
    const grown = (process.memoryUsage().rss - before) / 2 ** 20;
    // each round takes 2 MB
    t.true(grown < 60, `${grown} MiB`);
  });
}

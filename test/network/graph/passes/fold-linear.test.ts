import test from 'ava';
import { costOf } from '../../../../src/network/graph/cost.js';
import { foldLinear } from '../../../../src/network/graph/passes/fold-linear.js';
import type { Node } from '../../../../src/network/graph/graph.js';
import { receptiveField } from '../../../../src/network/graph/receptive-field.js';
import { readPackaged } from '../../../../src/network/models/packaged.js';
import { PACKAGED } from '../../../../src/network/models/registry.js';
import { seeded } from '../../../helpers/random.js';
import { difference } from '../near.js';
import { randomBranches } from '../random-branches.js';
import { around, conv } from '../random-graph.js';
import { evaluate } from '../../../../src/network/engines/reference/reference.js';
import { tensor } from '../../../../src/network/engines/reference/tensor.js';

test('random networks: away from the border the same values for less', (t) => {
  const next = seeded(31);
  let folded = 0;
  for (let i = 0; i < 150; i += 1) {
    const graph = randomBranches(next);
    const { graph: result } = foldLinear('random', graph) ?? { graph };
    const { factor, radiusPx } = receptiveField('random', graph);
    const borderPx = radiusPx;
    const side = 2 * borderPx + 5;
    const input = tensor(3, side, side + 2, () => 2 * next() - 1);
    const border = borderPx * factor;
    const off = difference(evaluate(graph, input), evaluate(result, input), border);
    t.true(off < 1e-5, `${off} in ${outline(graph.nodes)}`);
    t.true(receptiveField('random', result).radiusPx <= radiusPx);
    if (result !== graph) folded += 1;
  }
  t.true(folded > 50, `${folded} folded`);
});

test('a network of one convolution, or that would gain nothing, is left as it is', (t) => {
  const next = seeded(3);
  const single = around(conv('a', 'x', [3, 8], 3, next), 3);
  t.is(foldLinear('test', single), undefined);
  // two of 3 × 3 over many channels are cheaper than one of 5 × 5
  const chain = around(conv('b', 'a', [16, 16], 3, next), 16, [conv('a', 'x', [16, 16], 3, next)]);
  t.is(foldLinear('test', chain), undefined);
});

test('a wide layer between narrow ones goes', (t) => {
  const next = seeded(4);
  const chain = around(conv('b', 'a', [64, 3], 3, next), 3, [conv('a', 'x', [3, 64], 3, next)]);
  t.deepEqual(
    foldLinear('test', chain)!.graph.nodes.map((node) => [node.op, node.op === 'conv' && node.kernel.height]),
    [
      ['input', false],
      ['conv', 5],
    ],
  );
});

test('a scaling and a skip around a convolution become part of its weights', (t) => {
  const next = seeded(5);
  const scaled: Node = {
    op: 'affine',
    name: 's',
    inputs: ['a'],
    scale: Float32Array.of(0.2),
    offset: Float32Array.of(0),
  };
  const graph = around({ op: 'add', name: 'b', inputs: ['s', 'x'] }, 4, [
    conv('a', 'x', [4, 4], 3, next),
    scaled,
  ]);
  const { graph: folded } = foldLinear('test', graph)!;
  t.deepEqual(
    folded.nodes.map(({ op }) => op),
    ['input', 'conv'],
  );
  const input = tensor(4, 6, 5, () => next());
  t.true(difference(evaluate(graph, input), evaluate(folded, input)) < 1e-6);
});

test('esrgan-slim is nearly linear, esrgan-medium gains a little', async (t) => {
  const [slim, medium] = PACKAGED;
  const one = await readPackaged(slim!, 2);
  t.is(costOf('slim', foldLinear('slim', one)!.graph).macsPerPixel, 72_824);
  const other = await readPackaged(medium!, 2);
  t.is(costOf('medium', foldLinear('medium', other)!.graph).macsPerPixel, 620_752);
});

function outline(nodes: readonly Node[]): string {
  return nodes.map((node) => `${node.name} ${node.op}(${node.inputs.join()})`).join(', ');
}

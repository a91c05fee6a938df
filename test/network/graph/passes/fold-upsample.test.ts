import test from 'ava';
import { costOf } from '../../../../src/network/graph/cost.js';
import { foldUpsample } from '../../../../src/network/graph/passes/fold.js';
import { square, type Graph, type Node } from '../../../../src/network/graph/graph.js';
import { seeded } from '../../../helpers/random.js';
import { difference } from '../near.js';
import { around, conv } from '../random-graph.js';
import { evaluate } from '../../../../src/network/engines/reference/reference.js';
import { tensor } from '../../../../src/network/engines/reference/tensor.js';

const enlarging = (factor: number, side: number, next: () => number): Graph => {
  const up: Node = { op: 'upsample', name: 'u', inputs: ['x'], factor: square(factor) };
  return around(conv('y', 'u', [2, 3], side, next), 2, [up]);
};

for (const factor of [2, 3, 4, 8]) {
  test(`x${factor} and a convolution: the same values up to the border, at the resolution of the input`, (t) => {
    const next = seeded(factor);
    for (const side of [1, 2, 3, 4, 5, 7]) {
      const graph = enlarging(factor, side, next);
      const folded = foldUpsample('test', graph);
      t.false(folded.nodes.some(({ op }) => op === 'upsample'));
      const input = tensor(2, 5, 6, () => 2 * next() - 1);
      t.true(difference(evaluate(graph, input), evaluate(folded, input)) < 1e-6, `${side} × ${side}`);
      t.true(costOf('test', folded).macsPerPixel <= costOf('test', graph).macsPerPixel);
    }
  });
}

test('places that read the same pixels are computed once', (t) => {
  const { nodes } = foldUpsample('test', enlarging(8, 3, seeded(1)));
  const low = nodes.find((node) => node.op === 'conv');
  // first, last and the others between, in both directions
  t.is(low?.op === 'conv' && low.outChannels, 9 * 3);
  t.true(nodes.some(({ op }) => op === 'select'));
});

test('what else needs the enlarged pixels still gets them', (t) => {
  const next = seeded(6);
  const up: Node = { op: 'upsample', name: 'u', inputs: ['x'], factor: square(2) };
  const graph = around({ op: 'add', name: 's', inputs: ['y', 'u'] }, 2, [
    up,
    conv('y', 'u', [2, 2], 3, next),
  ]);
  const input = tensor(2, 4, 4, () => next());
  const folded = foldUpsample('test', graph);
  t.true(difference(evaluate(graph, input), evaluate(folded, input)) < 1e-6);
});

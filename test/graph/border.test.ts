import test from 'ava';
import { borderPx } from '../../src/graph/border.js';
import { foldLinear } from '../../src/graph/fold-linear.js';
import { square, type Node } from '../../src/graph/graph.js';
import { readPackaged } from '../../src/models/packaged.js';
import { PACKAGED } from '../../src/models/registry.js';
import { seeded } from '../helpers/random.js';
import { difference } from './near.js';
import { around, conv } from './random-graph.js';
import { evaluate, tensor } from './reference.js';

test('the zeros around inner tensors are felt as far as it says, and no farther', (t) => {
  const next = seeded(8);
  const chain = around(conv('c', 'b', [64, 2], 3, next), 2, [
    conv('a', 'x', [2, 64], 3, next),
    conv('b', 'a', [64, 64], 3, next),
  ]);
  const folded = foldLinear('test', chain);
  t.is(folded.nodes.length, 2);
  t.is(borderPx(chain, 1), 2);
  const input = tensor(2, 9, 9, () => next());
  const [one, other] = [evaluate(chain, input), evaluate(folded, input)];
  t.true(difference(one, other, 2) < 1e-6);
  t.true(difference(one, other, 1) > 1e-3);
});

test('the zeros around the input do not count, and a part of a pixel counts as one', (t) => {
  const next = seeded(9);
  t.is(borderPx(around(conv('a', 'x', [2, 2], 7, next), 2), 1), 0);
  const up: Node = { op: 'upsample', name: 'u', inputs: ['x'], factor: square(4) };
  t.is(borderPx(around(conv('b', 'u', [2, 2], 3, next), 2, [up]), 4), 1);
});

test('the packaged networks', async (t) => {
  const found = await Promise.all(PACKAGED.map(async (family) => borderPx(await readPackaged(family, 2), 2)));
  t.deepEqual(found.slice(0, 2), [9, 17]);
});

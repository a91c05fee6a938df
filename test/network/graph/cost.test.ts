import test from 'ava';
import { costOf } from '../../../src/network/graph/cost.js';
import { square, type Node } from '../../../src/network/graph/graph.js';
import { readPackaged } from '../../../src/network/models/packaged.js';
import { PACKAGED } from '../../../src/network/models/registry.js';
import { seeded } from '../../helpers/random.js';
import { around, conv } from './random-graph.js';

test('counts what each convolution does at its own resolution', (t) => {
  const next = seeded(1);
  const up: Node = { op: 'upsample', name: 'u', inputs: ['a'], factor: square(2) };
  const graph = around(conv('b', 'u', [4, 3], 3, next), 3, [conv('a', 'x', [3, 4], 5, next), up]);
  const { macsPerPixel, liveFloatsPerPixel, parameters } = costOf('test', graph);
  t.is(macsPerPixel, 3 * 4 * 25 + 4 * (4 * 3 * 9));
  t.is(parameters, 3 * 4 * 25 + 4 + 4 * 3 * 9 + 3);
  // the enlarged tensor and the result, when the one before is no longer needed
  t.is(liveFloatsPerPixel, 4 * 4 + 4 * 3);
});

test('what is needed later stays, and an activation takes the place of its input', (t) => {
  const next = seeded(1);
  const relu: Node = { op: 'activation', name: 'r', inputs: ['a'], activation: 'relu' };
  const sum: Node = { op: 'add', name: 's', inputs: ['r', 'x'] };
  t.is(costOf('test', around(sum, 3, [conv('a', 'x', [3, 3], 3, next), relu])).liveFloatsPerPixel, 6);
  const later: Node = { op: 'add', name: 's', inputs: ['r', 'a'] };
  t.is(costOf('test', around(later, 3, [conv('a', 'x', [3, 3], 3, next), relu])).liveFloatsPerPixel, 6);
});

test('esrgan-slim x2: the number of multiply-adds that its layers add up to', async (t) => {
  const [slim] = PACKAGED;
  const cost = costOf('slim', await readPackaged(slim!, 2));
  t.is(cost.macsPerPixel, 222_544);
  t.is(cost.parameters, 222_075);
});

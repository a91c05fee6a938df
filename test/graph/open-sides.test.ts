import test from 'ava';
import { fold } from '../../src/graph/fold.js';
import { NO_PADS, square, type Graph } from '../../src/graph/graph.js';
import { marginsOf, openSides } from '../../src/graph/open-sides.js';
import { receptiveField } from '../../src/graph/receptive-field.js';
import { shapesOf } from '../../src/graph/shapes.js';
import { tileWork } from '../../src/graph/tile-work.js';
import { CLOSED_SIDES } from '../../src/tiles/sides.js';
import { macsOfTile } from '../../src/tiles/work.js';
import { readPackaged } from '../../src/models/packaged.js';
import { PACKAGED } from '../../src/models/registry.js';
import { seeded } from '../helpers/random.js';
import { difference } from './near.js';
import { randomBranches } from './random-branches.js';
import { around, conv } from './random-graph.js';
import { evaluate, tensor, type Tensor } from './reference.js';

test('random networks: a tile at any sides of the image is its part of the whole', (t) => {
  const next = seeded(17);
  for (let i = 0; i < 12; i += 1) {
    const graph = randomBranches(next);
    const { factor, radiusPx } = receptiveField('random', graph);
    const margins = marginsOf(graph)!;
    for (const closed of CLOSED_SIDES) {
      const [top, left] = [closed.top ? 0 : radiusPx, closed.left ? 0 : radiusPx];
      const [bottom, right] = [closed.bottom ? 0 : radiusPx, closed.right ? 0 : radiusPx];
      const input = tensor(3, top + 4 + bottom, left + 3 + right, () => 2 * next() - 1);
      const whole = evaluate(graph, input);
      const tile = evaluate(openSides('random', graph, margins, radiusPx, closed), input);
      const expected = part(whole, top * factor, left * factor, 4 * factor, 3 * factor);
      t.true(difference(expected, tile) < 1e-9);
    }
  }
});

test('with all sides closed it is the network itself', (t) => {
  const graph = randomBranches(seeded(5));
  const closed = { top: true, left: true, bottom: true, right: true };
  t.deepEqual(openSides('random', graph, marginsOf(graph)!, 9, closed), graph);
});

test('what changes its size in another way has no margins', (t) => {
  const next = seeded(2);
  const plain = conv('y', 'x', [3, 3], 3, next);
  t.is(marginsOf(around({ ...plain, pads: NO_PADS }, 3)), undefined);
  t.is(marginsOf(around({ ...plain, strides: square(2), pads: 'same' }, 3)), undefined);
  t.deepEqual(marginsOf(around(plain, 3))?.get('x'), { top: 1, left: 1, bottom: 1, right: 1 });
});

test('the work that is told for a tile is what its convolutions do', async (t) => {
  const graph = fold('slim', await readPackaged(PACKAGED[0]!, 4)).interior!;
  const margins = marginsOf(graph)!;
  const work = tileWork('slim', graph, margins);
  for (const closed of CLOSED_SIDES) {
    const open = openSides('slim', graph, margins, 10, closed);
    const height = 40 + (closed.top ? 0 : 10) + (closed.bottom ? 0 : 10);
    const width = 30 + (closed.left ? 0 : 10) + (closed.right ? 0 : 10);
    t.is(macsOfTile(work, 30, 40, closed), macsOf(open, height, width));
  }
});

function macsOf(graph: Graph, height: number, width: number): number {
  const shapes = shapesOf('test', graph, { height, width });
  return graph.nodes.reduce((sum, node) => {
    const shape = shapes.get(node.name)!;
    return node.op === 'conv' ? sum + node.weights.length * shape.height * shape.width : sum;
  }, 0);
}

function part(
  { channels, height, width, values }: Tensor,
  top: number,
  left: number,
  rows: number,
  columns: number,
) {
  return tensor(channels, rows, columns, (c, y, x) => values[(c * height + top + y) * width + left + x]!);
}

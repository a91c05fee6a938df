import test from 'ava';
import { leastExtent } from '../../../src/network/graph/passes/close-border.js';
import type { FoldedGraph } from '../../../src/network/graph/emit-forms.js';
import { foldLinear } from '../../../src/network/graph/passes/fold-linear.js';
import { fold } from '../../../src/network/graph/passes/fold.js';
import { NO_PADS, square, type Graph } from '../../../src/network/graph/graph.js';
import { marginsOf, openSides } from '../../../src/network/graph/open-sides.js';
import { receptiveField } from '../../../src/network/graph/receptive-field.js';
import { shapesOf } from '../../../src/network/graph/shapes.js';
import { tileWork } from '../../../src/network/graph/cost.js';
import { ALL_OPEN, CLOSED_SIDES } from '../../../src/network/tiles/sides.js';
import type { ClosedSides } from '../../../src/contract/tiles.js';
import { macsOfTile } from '../../../src/network/tiles/choose-grid.js';
import { readPackaged } from '../../../src/network/models/packaged.js';
import { PACKAGED } from '../../../src/network/models/registry.js';
import { seeded } from '../../helpers/random.js';
import { difference } from './near.js';
import { randomBranches } from './random-branches.js';
import { around, conv } from './random-graph.js';
import { evaluate } from '../../../src/network/engines/reference/reference.js';
import { tensor, type Tensor } from '../../../src/network/engines/reference/tensor.js';

const plain = (graph: Graph): FoldedGraph => ({ graph, values: new Map() });
const ALL_CLOSED = CLOSED_SIDES.at(-1)!;
const EVERY_CHOICE: readonly ClosedSides[] = Array.from({ length: 16 }, (_, bits) => ({
  top: (bits & 1) !== 0,
  left: (bits & 2) !== 0,
  bottom: (bits & 4) !== 0,
  right: (bits & 8) !== 0,
}));

test('random networks: a tile at any sides of the image is its part of the whole', (t) => {
  const next = seeded(17);
  for (let i = 0; i < 12; i += 1) {
    const graph = randomBranches(next);
    for (const closed of EVERY_CHOICE) {
      t.true(tileDifference(graph, plain(graph), closed, 4, 3, next) < 1e-9);
    }
  }
});

test('random networks, composed: a tile at any sides of the image is its part of the whole', (t) => {
  const next = seeded(29);
  let bordered = 0;
  for (let i = 0; i < 120; i += 1) {
    const graph = randomBranches(next);
    const folded = foldLinear('random', graph);
    if (!folded) continue;
    if (folded.values.size > 0) bordered += 1;
    const extents = [...folded.values].map(([name, value]) => leastExtent(name, value));
    const height = Math.max(1, ...extents.map((least) => least.height));
    const width = Math.max(1, ...extents.map((least) => least.width)) + (i % 2);
    for (const closed of i < 30 ? EVERY_CHOICE : [ALL_OPEN, EVERY_CHOICE[1 + (i % 14)]!, ALL_CLOSED]) {
      const off = tileDifference(graph, folded, closed, height, width, next);
      t.true(off < 2e-5, `${off} at ${JSON.stringify(closed)} of network ${i}`);
    }
  }
  t.true(bordered > 30, `${bordered} had a border`);
});

test('with all sides closed it is the network itself', (t) => {
  const graph = randomBranches(seeded(5));
  t.deepEqual(openSides('random', plain(graph), marginsOf(graph)!, 9, ALL_CLOSED), graph);
});

test('what changes its size in another way has no margins', (t) => {
  const next = seeded(2);
  const single = conv('y', 'x', [3, 3], 3, next);
  t.is(marginsOf(around({ ...single, pads: NO_PADS }, 3)), undefined);
  t.is(marginsOf(around({ ...single, strides: square(2), pads: 'same' }, 3)), undefined);
  t.deepEqual(marginsOf(around(single, 3))?.get('x'), { top: 1, left: 1, bottom: 1, right: 1 });
});

test('the work that is told for a tile is what its convolutions do', async (t) => {
  const folded = fold('slim', await readPackaged(PACKAGED[0]!, 4));
  const margins = marginsOf(folded.graph)!;
  for (const closed of EVERY_CHOICE) {
    const open = openSides('slim', folded, margins, 10, closed);
    const work = tileWork('slim', open, 10, closed);
    const height = 40 + (closed.top ? 0 : 10) + (closed.bottom ? 0 : 10);
    const width = 30 + (closed.left ? 0 : 10) + (closed.right ? 0 : 10);
    t.is(macsOfTile(work, 30, 40), macsOf(open, height, width));
  }
});

test('a tile at the border costs no more than one inside', async (t) => {
  for (const [family, factor] of [
    [PACKAGED[0]!, 2],
    [PACKAGED[0]!, 8],
    [PACKAGED[1]!, 2],
  ] as const) {
    const graph = await readPackaged(family, factor);
    const { radiusPx } = receptiveField('test', graph);
    const folded = fold('test', graph);
    const margins = marginsOf(folded.graph)!;
    const macs = (closed: ClosedSides) => {
      const open = openSides('test', folded, margins, radiusPx, closed);
      return macsOfTile(tileWork('test', open, radiusPx, closed), 113, 113);
    };
    t.true(macs(ALL_CLOSED) < macs(ALL_OPEN), `${family.name} x${factor}`);
  }
});

/** Between a tile and its part of the whole image. */
function tileDifference(
  graph: Graph,
  folded: FoldedGraph,
  closed: ClosedSides,
  height: number,
  width: number,
  next: () => number,
): number {
  const { factor, radiusPx } = receptiveField('random', graph);
  const margins = marginsOf(folded.graph)!;
  const [top, left] = [closed.top ? 0 : radiusPx, closed.left ? 0 : radiusPx];
  const [bottom, right] = [closed.bottom ? 0 : radiusPx, closed.right ? 0 : radiusPx];
  const input = tensor(3, top + height + bottom, left + width + right, () => 2 * next() - 1);
  const whole = evaluate(graph, input);
  const tile = evaluate(openSides('random', folded, margins, radiusPx, closed), input);
  return difference(part(whole, top * factor, left * factor, height * factor, width * factor), tile);
}

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

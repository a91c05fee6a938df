import test from 'ava';
import { inBlockedLayout, resampleAsConv } from '../../../../src/network/graph/passes/faster-operators.js';
import { costOf } from '../../../../src/network/graph/cost.js';
import { square } from '../../../../src/network/graph/graph.js';
import { haloNeeds } from '../../../../src/network/graph/halo-needs.js';
import { narrowed } from '../../../../src/network/graph/passes/narrow-graph.js';
import { receptiveField } from '../../../../src/network/graph/receptive-field.js';
import { shapesOf } from '../../../../src/network/graph/shapes.js';
import { deepGraph, unpaddedGraph } from '../../../helpers/deep-network.js';
import { randomValues, seeded } from '../../../helpers/random.js';
import { difference } from '../near.js';
import { networkWithMeans } from '../network-with-means.js';
import { randomBranches } from '../random-branches.js';
import { around } from '../random-graph.js';
import { evaluate } from '../../../../src/network/engines/reference/reference.js';
import { tensor } from '../../../../src/network/engines/reference/tensor.js';

test('the image itself needs a halo of the receptive field', (t) => {
  const next = seeded(7);
  const graphs = [unpaddedGraph(next), resampleAsConv('test', deepGraph(next, 5, 0.5), 1)];
  for (let i = 0; i < 20; i += 1) graphs.push(randomBranches(next));
  for (const graph of graphs) {
    const { uses } = haloNeeds(graph)!.get(graph.input)!;
    t.is(Math.max(0, ...uses.values()), receptiveField('test', graph).radiusPx);
  }
});

test('halos become narrower towards the end, as whole blocks, and no work is left out of the stages', (t) => {
  for (const [graph, alignPx] of [
    [resampleAsConv('test', deepGraph(seeded(8), 12, 0.75), 1), 1],
    [unpaddedGraph(seeded(9)), 2],
  ] as const) {
    const haloPx = 2 * Math.ceil(receptiveField('test', graph).radiusPx / 2);
    const { stages, narrowings } = narrowed('test', graph, haloPx, alignPx)!;
    t.true(stages.length > 1);
    stages.reduce((one, other) => {
      t.true(other.haloPx < one.haloPx);
      return other;
    });
    t.true(stages.every((stage) => stage.haloPx % alignPx === 0));
    t.true(narrowings.every(({ fromPx, toPx, scale }) => Number.isInteger((fromPx - toPx) * scale)));
    const macs = stages.reduce((sum, { macsPerPixel }) => sum + macsPerPixel, 0);
    t.true(Math.abs(macs / costOf('test', graph).macsPerPixel - 1) < 1e-9);
  }
});

test('a network with a mean over the image has no halo that could be taken off', (t) => {
  t.is(narrowed('test', networkWithMeans(seeded(1)), 8, 2), undefined);
});

test('resampling as a convolution makes the same, up to the border', (t) => {
  const next = seeded(11);
  for (const kernel of ['linear', 'cubic'] as const) {
    for (const factor of [0.5, 0.25, 0.75, 2, 1.5]) {
      const graph = around({ op: 'resample', name: 'y', inputs: ['x'], kernel, factor: square(factor) }, 3);
      const made = resampleAsConv('test', graph, 4);
      t.false(made.nodes.some(({ op }) => op === 'resample'));
      const values = randomValues(next, 3 * 12 * 20, -1, 1);
      const image = tensor(3, 12, 20, (c, y, x) => values[(c * 12 + y) * 20 + x]!);
      t.true(difference(evaluate(graph, image), evaluate(made, image)) < 1e-6, `${kernel} ${factor}`);
    }
  }
});

test('resampling stays where places would not come equally often', (t) => {
  const graph = around({ op: 'resample', name: 'y', inputs: ['x'], kernel: 'cubic', factor: square(0.5) }, 3);
  t.deepEqual(resampleAsConv('test', graph, 1), graph);
});

test('what is written in other operators makes the same', (t) => {
  const next = seeded(12);
  const graph = resampleAsConv('test', deepGraph(next, 3, 0.5), 1);
  const made = inBlockedLayout('test', graph);
  t.false(made.nodes.some(({ op }) => op === 'prelu'));
  const values = randomValues(next, 3 * 9 * 7, 0, 1);
  const image = tensor(3, 9, 7, (c, y, x) => values[(c * 9 + y) * 7 + x]!);
  t.true(difference(evaluate(graph, image), evaluate(made, image)) < 1e-6);
  t.deepEqual(shapesOf('test', made, square(9)).get('y'), shapesOf('test', graph, square(9)).get('y'));
});

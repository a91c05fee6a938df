import test from 'ava';
import { cutAtMeans } from '../../../src/network/graph/means.js';
import { fieldOfView, receptiveField } from '../../../src/network/graph/receptive-field.js';
import { shapesOf } from '../../../src/network/graph/shapes.js';
import { seeded } from '../../helpers/random.js';
import { networkWithMeans } from './network-with-means.js';
import { conv, around } from './random-graph.js';
import { evaluate } from '../../../src/network/engines/reference/reference.js';
import { pixel, tensor, type Tensor } from '../../../src/network/engines/reference/tensor.js';

test('the parts, given the means one after the other, make what the whole makes', (t) => {
  const next = seeded(5);
  const graph = networkWithMeans(next);
  const input = tensor(3, 12, 10, () => next());
  const cut = cutAtMeans('test', graph)!;
  t.deepEqual(
    [...cut.steps, cut.last].map(({ givens }) => givens),
    [[], [0], [0, 1]],
  );
  const means = new Map<string, Tensor>();
  for (const [i, { graph: step }] of cut.steps.entries()) {
    const features = evaluate(step, input, { givens: means });
    const area = features.height * features.width;
    const mean = tensor(features.channels, 1, 1, (c) => {
      let sum = 0;
      for (let y = 0; y < features.height; y += 1) {
        for (let x = 0; x < features.width; x += 1) sum += pixel(features, c, y, x);
      }
      return sum / area;
    });
    means.set(['inner mean', 'outer mean'][i]!, mean);
  }
  const [whole, parts] = [evaluate(graph, input), evaluate(cut.last.graph, input, { givens: means })];
  t.deepEqual([parts.height, parts.width], [24, 20]);
  t.true(whole.values.every((value, i) => Math.abs(value - parts.values[i]!) < 1e-9));
});

test('what the border loses is made up for, and a stride asks for blocks', (t) => {
  const graph = networkWithMeans(seeded(5));
  t.like(receptiveField('test', graph), { factor: 2, alignPx: 2 });
  for (const side of [2, 4, 30]) {
    const shapes = shapesOf('test', graph, { height: side, width: side });
    t.like(shapes.get(graph.output), { channels: 3, height: 2 * side, width: 2 * side });
  }
  t.is(fieldOfView('test', cutAtMeans('test', graph)!.steps[0]!.graph).factor, 0.5);
});

test('a network without means is not cut', (t) => {
  t.is(cutAtMeans('test', around(conv('y', 'x', [3, 3], 3, seeded(1)), 3)), undefined);
});

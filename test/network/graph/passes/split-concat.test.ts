import test from 'ava';
import { costOf } from '../../../../src/network/graph/cost.js';
import { foldExactly, splitConcat } from '../../../../src/network/graph/passes/fold.js';
import type { Node } from '../../../../src/network/graph/graph.js';
import { readPackaged } from '../../../../src/network/models/packaged.js';
import { PACKAGED } from '../../../../src/network/models/registry.js';
import { seeded } from '../../../helpers/random.js';
import { difference } from '../near.js';
import { randomBranches } from '../random-branches.js';
import { around, conv } from '../random-graph.js';
import { evaluate } from '../../../../src/network/engines/reference/reference.js';
import { tensor } from '../../../../src/network/engines/reference/tensor.js';

test('random networks: the same values up to the border, for as many multiply-adds', (t) => {
  const next = seeded(8);
  let split = 0;
  for (let i = 0; i < 150; i += 1) {
    const graph = randomBranches(next);
    const result = splitConcat('random', graph);
    const input = tensor(3, 7, 9, () => 2 * next() - 1);
    t.true(difference(evaluate(graph, input), evaluate(result, input)) < 1e-5);
    t.is(costOf('random', result).macsPerPixel, costOf('random', graph).macsPerPixel);
    if (result.nodes.length !== graph.nodes.length) split += 1;
  }
  t.true(split > 10, `${split} split`);
});

test('one that something else needs stays', (t) => {
  const next = seeded(2);
  const joined: Node = { op: 'concat', name: 'c', inputs: ['x', 'x'] };
  const graph = around({ op: 'add', name: 's', inputs: ['y', 'c'] }, 2, [
    joined,
    conv('y', 'c', [4, 4], 3, next),
  ]);
  t.deepEqual(splitConcat('test', graph), graph);
});

test('esrgan-medium holds less than a third, slim stays as it is', async (t) => {
  const liveOf = async (name: string) => {
    const graph = await readPackaged(
      PACKAGED.find((family) => family.name === name)!,
      2,
    );
    return [graph, foldExactly(name, graph)].map((each) => costOf(name, each).liveFloatsPerPixel);
  };
  const [before, after] = await liveOf('esrgan-medium');
  t.true(after! < before! / 3, `${before} became ${after}`);
  const [slimBefore, slimAfter] = await liveOf('esrgan-slim');
  t.is(slimAfter, slimBefore);
});

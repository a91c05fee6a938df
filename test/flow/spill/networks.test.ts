import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { emitOnnx } from '../../../src/network/graph/emit-onnx.js';
import { square, type Graph } from '../../../src/network/graph/graph.js';
import { graphOf } from '../../../src/network/graph/order.js';
import { pipe, type Outcome } from '../../../src/index.js';
import { networkWithMeans } from '../../network/graph/network-with-means.js';
import { conv } from '../../network/graph/random-graph.js';
import { draw, pipelineOf, save } from '../../helpers/images.js';
import { seeded } from '../../helpers/random.js';
import { temporaryDirectory } from '../../helpers/temporary-directory.js';

/** Looks at blocks of 4 × 4 pixels, and at the pixels around each. */
function blockwise(): Graph {
  const next = seeded(5);
  return graphOf(
    'test',
    [
      { op: 'input', name: 'x', inputs: [], channels: 3 },
      {
        ...conv('down', 'x', [3, 192], 4, next),
        strides: square(4),
        pads: { top: 0, left: 0, bottom: 0, right: 0 },
      },
      { op: 'activation', name: 'relu', inputs: ['down'], activation: 'relu' },
      { op: 'depthToSpace', name: 'up', inputs: ['relu'], block: 8, mode: 'CRD' },
      conv('y', 'up', [3, 3], 3, next),
    ],
    'y',
  );
}

async function run(t: ExecutionContext, graph: Graph, maxMemory: number): Promise<Outcome> {
  const directory = await temporaryDirectory(t);
  const model = join(directory, 'network.onnx');
  await writeFile(model, emitOnnx(graph));
  const source = join(directory, 'source.png');
  await save(source, pipelineOf(draw({ widthPx: 203, heightPx: 277 })).png());
  const outcomes: Outcome[] = [];
  const onOutcome = (outcome: Outcome) => void outcomes.push(outcome);
  await pipe({
    inputs: [source],
    out: join(directory, 'out'),
    model,
    maxMemory,
    tile: 30,
    threads: 2,
    onOutcome,
  });
  const [outcome] = outcomes;
  if (!outcome) throw new Error('no outcome');
  return outcome;
}

test('a network that works in blocks finds the same ones in the bands', async (t) => {
  const [whole, spilled] = [await run(t, blockwise(), 2 ** 28), await run(t, blockwise(), 2 ** 20)];
  t.deepEqual([whole.spilled, spilled.spilled], [false, true]);
  t.deepEqual(await readFile(spilled.dst ?? ''), await readFile(whole.dst ?? ''));
});

test('a network that looks at the whole of an image is refused, since a band is not that', async (t) => {
  const graph = networkWithMeans(seeded(9));
  t.is((await run(t, graph, 2 ** 28)).error, undefined);
  const { error } = await run(t, graph, 2 ** 20);
  t.like(error, { code: 'E_TOO_LARGE' });
  t.regex(error?.message ?? '', /is too large for .*network\.onnx, which looks at the whole of an image\.$/);
});

import test from 'ava';
import { deepGraph, networkOf, unpaddedGraph } from '../../helpers/deep-network.js';
import { drawPixels, largestDifference } from '../../helpers/pixels.js';
import { seeded } from '../../helpers/random.js';
import { poolOf, requestOf } from '../../helpers/tile-pool.js';
import { upscaleWhole } from '../../helpers/whole-image.js';

const GRAPHS = {
  'made half as large': deepGraph(seeded(3), 9, 0.5),
  'made 3/4 as large': deepGraph(seeded(4), 6, 0.75),
  unpadded: unpaddedGraph(seeded(5)),
};

for (const [title, graph] of Object.entries(GRAPHS)) {
  test(`${title}: tiles whose halo is taken off step by step are what the network makes of the whole`, async (t) => {
    const network = await networkOf(graph);
    const { narrowings = [], endPx = Infinity } = network.narrowed ?? {};
    t.true(narrowings.length > 0);
    t.true(endPx < network.radiusPx);
    const pixels = drawPixels({ widthPx: 122, heightPx: 86, bits: 16 });
    const whole = await upscaleWhole(network, pixels);
    for (const tilePx of [undefined, 13, 30, 70]) {
      const results = [];
      for (const threads of [1, 3]) {
        const { pool } = poolOf(t, { threads });
        results.push(await pool.upscale(requestOf({ network, pixels, tilePx })));
      }
      t.deepEqual(results[0]!.data, results[1]!.data, `tiles of ${tilePx} px`);
      const most = largestDifference(results[0]!, whole);
      t.true(most <= 0.05, `tiles of ${tilePx} px: ${most} of 255`);
    }
  });

  test(`${title}: each turn takes the halo off where it lies after the turn`, async (t) => {
    const network = await networkOf(graph);
    const pixels = drawPixels({ widthPx: 62, heightPx: 46, bits: 16 });
    const { pool } = poolOf(t, { threads: 2 });
    const [whole, tiles] = await Promise.all(
      [undefined, 22].map((tilePx) => pool.upscale(requestOf({ network, pixels, tilePx, tta: true }))),
    );
    const most = largestDifference(tiles!, whole!);
    t.true(most <= 0.05, `${most} of 255`);
  });
}

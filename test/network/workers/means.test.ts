import test, { type ExecutionContext } from 'ava';
import { emitOnnx } from '../../../src/network/graph/emit-onnx.js';
import { openGraph, rgbByFormat } from '../../../src/network/models/file/open-graph.js';
import { UNIT } from '../../../src/network/models/probe/probe-ranges.js';
import { networkWithMeans } from '../graph/network-with-means.js';
import { drawPixels, largestDifference, pageOfPixels, setAlpha } from '../../helpers/pixels.js';
import { seeded } from '../../helpers/random.js';
import { poolOf, requestOf } from '../../helpers/tile-pool.js';

const graph = networkWithMeans(seeded(9));
const opened = await openGraph({ file: 'test.bin', graph, known: rgbByFormat(UNIT) }, true);
const size = { widthPx: 61, heightPx: 45 };

async function enlarge(
  t: ExecutionContext,
  threads: number,
  request: Partial<Parameters<typeof requestOf>[0]>,
) {
  const { pool } = poolOf(t, { threads });
  const network = await opened.load();
  return pool.upscale(requestOf({ network, pixels: drawPixels(size), ...request }));
}

test('an image of many tiles is what the network makes of the whole', async (t) => {
  const whole = await enlarge(t, 1, {});
  t.is(whole.widthPx, 122);
  for (const tilePx of [8, 17, 40]) {
    const tiled = await enlarge(t, 2, { tilePx });
    t.true(largestDifference(tiled, whole) <= 1, `tiles of ${tilePx} px`);
  }
});

test('the bytes are the same for any number of workers', async (t) => {
  const one = await enlarge(t, 1, { tilePx: 12 });
  const three = await enlarge(t, 3, { tilePx: 12 });
  t.deepEqual(three.data, one.data);
});

test('--tta, alpha and pages each have means of their own', async (t) => {
  const pixels = drawPixels({ ...size, channels: 4, pages: 2 });
  setAlpha(pixels, (x, y) => Math.min(1, Math.max(0, (22 - Math.hypot(x - 30, y - 22)) / 9)));
  for (const tta of [false, true]) {
    const whole = await enlarge(t, 1, { pixels, tta });
    const tiled = await enlarge(t, 2, { pixels, tta, tilePx: 20 });
    t.true(largestDifference(tiled, whole) <= 1);
    for (const page of [0, 1]) {
      const alone = await enlarge(t, 2, { pixels: pageOfPixels(pixels, page), tta, tilePx: 20 });
      t.true(largestDifference(pageOfPixels(tiled, page), alone) === 0, `page ${page}`);
    }
  }
});

test('with the means of each tile instead, seams would show', async (t) => {
  const { means, ...alone } = await opened.load();
  t.is(means?.steps.length, 2);
  t.deepEqual(Buffer.from(alone.bytes), Buffer.from(emitOnnx(graph)));
  const whole = await enlarge(t, 1, {});
  const tiled = await enlarge(t, 1, { network: alone, tilePx: 8 });
  t.true(largestDifference(tiled, whole) > 1);
});

test('an image that is given up between two means lets the workers end', async (t) => {
  const { pool } = poolOf(t, { threads: 2 });
  const controller = new AbortController();
  const network = await opened.load();
  const pixels = drawPixels({ widthPx: 200, heightPx: 200 });
  const work = pool.upscale(requestOf({ network, pixels, tilePx: 8, signal: controller.signal }));
  await pool.upscale(requestOf({ network, pixels: drawPixels(size), tilePx: 30 }));
  controller.abort();
  t.like(await t.throwsAsync(work), { code: 'E_CANCELLED' });
  await t.notThrowsAsync(pool.close());
});

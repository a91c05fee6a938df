import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { pipe, type Outcome, type PipeOptions } from '../../../src/index.js';
import { narrowRows, widenRows } from '../../../src/pixels/edge-pixels.js';
import { draw, pipelineOf, samplesOf, save, type Drawing } from '../../helpers/images.js';
import { temporaryDirectory } from '../../helpers/temporary-directory.js';
import { writeTinyNetwork } from '../../helpers/tiny-network.js';

const SIZES = [
  [1, 1],
  [1, 20],
  [2, 17],
  [3, 3],
  [20, 1],
  [15, 4],
] as const;

async function upscaled(
  t: ExecutionContext,
  drawing: Drawing,
  options: Partial<PipeOptions>,
): Promise<Outcome> {
  const directory = await temporaryDirectory(t);
  const source = await save(join(directory, 'a.png'), pipelineOf(draw(drawing)).png());
  return once(source, join(directory, 'out'), options);
}

async function once(source: string, out: string, options: Partial<PipeOptions>): Promise<Outcome> {
  const outcomes: Outcome[] = [];
  await pipe({
    inputs: [source],
    out,
    threads: 1,
    ...options,
    onOutcome: (outcome) => void outcomes.push(outcome),
  });
  return outcomes[0]!;
}

test('a white image of a few pixels stays white', async (t) => {
  for (const [width, height] of SIZES) {
    const directory = await temporaryDirectory(t);
    const white = { ...draw({ widthPx: width, heightPx: height }) };
    white.data.fill(255);
    const source = await save(join(directory, 'a.png'), pipelineOf(white).png());
    const { dst, inputWidthPx = 0 } = await once(source, join(directory, 'out'), {
      model: 'clean-s',
      scale: 2,
    });
    const { data, widthPx, heightPx } = await samplesOf(dst!);
    t.deepEqual([widthPx, heightPx, inputWidthPx], [2 * width, 2 * height, width]);
    t.true(Math.min(...data) >= 252, `${width}×${height}: ${Math.min(...data)}`);
  }
});

test('--verify sees what a network makes of a few pixels', async (t) => {
  const model = await writeTinyNetwork(join(await temporaryDirectory(t), 'tiny'));
  for (const [widthPx, heightPx] of SIZES) {
    const outcome = await upscaled(t, { widthPx, heightPx, noise: 0 }, { model, verify: true });
    t.is(outcome.code, 'E_VERIFY', `${widthPx}×${heightPx}`);
  }
});

test('a long image of a small side is the same in memory and by way of the disk', async (t) => {
  const directory = await temporaryDirectory(t);
  for (const [widthPx, heightPx] of [
    [5, 20_000],
    [20_000, 3],
  ] as const) {
    const source = await save(
      join(directory, `${widthPx}.png`),
      pipelineOf(draw({ widthPx, heightPx })).png(),
    );
    const results = [];
    for (const maxMemory of [2 ** 28, 2 ** 20]) {
      const out = join(directory, `${widthPx}-${maxMemory}`);
      const outcome = await once(source, out, { model: 'clean-s', scale: 2, maxMemory });
      t.is(outcome.spilled === true, maxMemory === 2 ** 20);
      results.push((await samplesOf(outcome.dst!)).data);
    }
    t.deepEqual(results[1], results[0]);
  }
});

test('margins come and go', (t) => {
  const rows = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);
  const wide = new Uint8Array(2 * 6 * 2);
  widenRows(rows, wide, 2, 2, 2);
  t.deepEqual([...wide.subarray(0, 12)], [1, 2, 1, 2, 1, 2, 3, 4, 3, 4, 3, 4]);
  const back = new Uint8Array(8);
  narrowRows(wide, back, 6, 2, 2);
  t.deepEqual(back, rows);
});

import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { writeImages } from '../../../src/flow/measured-runs/scene.js';
import { runIn, runInProcess } from '../../../src/flow/measured-runs/run-in-process.js';
import type { RunOrder } from '../../../src/flow/measured-runs/run-order.js';
import { SrganError } from '../../../src/system/errors.js';
import { temporaryDirectory } from '../../helpers/temporary-directory.js';
import { onPosix } from '../../helpers/where.js';

const FAULTY = new URL('./faulty-process.js', import.meta.url);
const NEVER = new AbortController().signal;

async function orderOf(t: ExecutionContext, rest: Partial<RunOrder> = {}): Promise<RunOrder> {
  const dir = await temporaryDirectory(t);
  await writeImages(join(dir, 'in'), { count: 2, widthPx: 20, heightPx: 20, seed: 1 });
  return {
    sources: join(dir, 'in'),
    images: 2,
    out: join(dir, 'out'),
    warmups: 3,
    warmupOut: join(dir, 'warmup'),
    workload: { engine: 'resize' },
    workers: { threads: 2 },
    ...rest,
  };
}

test('only what comes after the warm-up is timed and kept apart', async (t) => {
  const order = await orderOf(t);
  const figures = await runInProcess(order, NEVER);
  t.is(figures.inputPixels, 2 * 20 * 20);
  t.true(figures.timeMs > 0 && figures.startUpMs > 0 && figures.cpuMs > 0);
  t.true(figures.peakRssBytes > 20 * 2 ** 20);
  t.deepEqual((await readdir(order.out)).sort(), ['00000.png', '00001.png']);
  t.is((await readdir(order.warmupOut)).length, 3);
});

test('without a warm-up the first image is timed too', async (t) => {
  const order = await orderOf(t, { warmups: 0, workers: { sequential: true } });
  t.is((await runInProcess(order, NEVER)).inputPixels, 2 * 20 * 20);
  t.is((await readdir(order.out)).length, 2);
});

test('what failed in the process is told as it is', async (t) => {
  const error = await t.throwsAsync(
    runInProcess(await orderOf(t, { workload: { engine: 'resize', model: 'no-such' } }), NEVER),
    { instanceOf: SrganError },
  );
  t.is(error.code, 'E_MODEL');
  t.regex(error.message, /no-such/);
  t.regex(error.hint ?? '', /lanczos3/);
});

test('an aborted run rejects with the reason when its process has ended', async (t) => {
  const stop = new AbortController();
  const reason = new Error('enough');
  const running = runInProcess(await orderOf(t), stop.signal);
  stop.abort(reason);
  t.is(await t.throwsAsync(running), reason);
});

test('a process that dies is told in one sentence, with its last words as the cause', async (t) => {
  const error = await t.throwsAsync(runIn(FAULTY, await orderOf(t, { images: 1 }), NEVER), {
    instanceOf: SrganError,
  });
  t.is(error.code, 'E_WORKER_LOST');
  t.is(error.message, 'The run of 1 image with 2 threads died by exit status 7.');
  t.is((error.cause as Error).message, 'last words');
});

onPosix('one that is killed is told as what it most likely is', async (t) => {
  const error = await t.throwsAsync(runIn(FAULTY, await orderOf(t), NEVER), { instanceOf: SrganError });
  t.is(
    error.message,
    'The run of 2 images with 2 threads was killed, as a system does that is out of memory.',
  );
  t.regex(error.hint ?? '', /fewer threads/);
});

import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { benchmark } from '../../../src/apps/benchmark/benchmark.js';
import { imageName } from '../../../src/flow/measured-runs/scene.js';
import type { Step } from '../../../src/apps/benchmark/measure-runs.js';
import type { RunOne } from '../../../src/flow/measured-runs/run-in-process.js';
import type { BenchmarkOptions } from '../../../src/apps/benchmark/benchmark-settings.js';
import { timedRun } from '../../../src/flow/measured-runs/timed-run.js';
import { SrganError } from '../../../src/system/errors.js';
import { temporaryDirectory } from '../../helpers/temporary-directory.js';

// the benchmark writes where the system says, which each test here asks to be its own
const runHere: RunOne = (order) => timedRun(order);
const SMALL: BenchmarkOptions = {
  batchSizes: [2, 3],
  threadCounts: [1, 2],
  imageSizePx: 24,
  warmup: 1,
  repeat: 2,
  workload: { engine: 'resize' },
};

const TMPDIR = process.platform === 'win32' ? 'TEMP' : 'TMPDIR';

async function ownTemp(t: ExecutionContext): Promise<string> {
  const dir = await temporaryDirectory(t);
  const before = process.env[TMPDIR];
  process.env[TMPDIR] = dir;
  t.teardown(() => {
    if (before === undefined) Reflect.deleteProperty(process.env, TMPDIR);
    else process.env[TMPDIR] = before;
  });
  return dir;
}

test.serial('configurations take turns within each round of a batch, and nothing is left', async (t) => {
  const temp = await ownTemp(t);
  const steps: Step[] = [];
  const { figures, measured, identical, recommendation } = await benchmark(SMALL, {
    runOne: runHere,
    onStep: (step) => steps.push(step),
  });
  const round = (images: number) => [
    `${images} sequential 1`,
    `${images} parallel 1`,
    `${images} parallel 2`,
  ];
  t.deepEqual(
    steps.map(({ configuration: { images, method, threads } }) => `${images} ${method} ${threads}`),
    [2, 2, 3, 3].flatMap(round),
  );
  t.deepEqual(
    steps.map((step) => step.round),
    [1, 1, 1, 2, 2, 2, 1, 1, 1, 2, 2, 2],
  );
  t.is(steps[6]?.doneShare, 12 / 30);
  t.true(steps.every(({ runs }, i) => runs === 12 && steps[i]?.doneRuns === i));
  t.is(figures.length, 6);
  t.true(identical);
  t.truthy(recommendation);
  for (const { images, runs } of measured.measurements) {
    t.is(runs.length, 2);
    for (const run of runs) {
      t.is(run.inputPixels, images * 24 ** 2);
      t.true(run.timeMs > 0 && run.cpuMs > 0 && run.startUpMs > 0 && run.peakRssBytes > 2 ** 20);
    }
  }
  t.deepEqual(await readdir(temp), []);
});

test.serial('one byte that differs in one parallel result is found', async (t) => {
  await ownTemp(t);
  const { identical, measured, recommendation } = await benchmark(SMALL, {
    runOne: async (order) => {
      const figures = await timedRun(order);
      if (order.workers.threads === 2 && order.images === 3) {
        const path = join(order.out, imageName(1));
        const bytes = await readFile(path);
        bytes[bytes.length - 1]! ^= 1;
        await writeFile(path, bytes);
      }
      return figures;
    },
  });
  t.false(identical);
  t.is(recommendation?.threads, 1);
  for (const { images, threads, runs } of measured.measurements) {
    const wrong = images === 3 && threads === 2 ? ['00001.png'] : [];
    t.deepEqual(
      runs.map(({ differing }) => differing),
      [wrong, wrong],
    );
  }
});

test.serial('a run that fails ends it, and nothing is left', async (t) => {
  const temp = await ownTemp(t);
  const runOne: RunOne = async (order) => {
    await writeFile(join(order.sources, imageName(0)), 'no image');
    return timedRun(order);
  };
  const error = await t.throwsAsync(benchmark(SMALL, { runOne }), { instanceOf: SrganError });
  t.is(error.code, 'E_UNSUPPORTED');
  t.regex(error.message, /00000\.png/);
  t.deepEqual(await readdir(temp), []);
});

test.serial('an interrupt ends it, and nothing is left', async (t) => {
  const temp = await ownTemp(t);
  const stop = new AbortController();
  const error = await t.throwsAsync(
    benchmark(SMALL, { signal: stop.signal, onStep: ({ doneRuns }) => doneRuns === 1 && stop.abort() }),
    { instanceOf: SrganError },
  );
  t.is(error.code, 'E_CANCELLED');
  t.deepEqual(await readdir(temp), []);
});

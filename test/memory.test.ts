import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { pipe } from '../src/index.js';
import type { Figures } from '../src/apps/profile/memory-figures.js';
import { watchProgram } from '../src/apps/profile/watch-program.js';
import { bin } from './helpers/cli.js';
import { numbered, savePngs } from './helpers/pngs.js';
import { temporaryDirectory } from './helpers/temporary-directory.js';

const MIB = 2 ** 20;

/** One image under as many names: how large they are is what counts here, and drawing them takes long. */
async function saveCopies(
  directory: string,
  count: number,
  widthPx: number,
  heightPx: number,
): Promise<void> {
  const [first = '', ...others] = numbered(count);
  const [image = ''] = await savePngs(directory, [first], widthPx, heightPx);
  for (const name of others) await copyFile(image, join(directory, name));
}

/** Runs the launcher and gives what its memory came to. */
async function memoryOf(t: ExecutionContext, args: readonly string[]): Promise<Figures> {
  const { figures, exitStatus } = await watchProgram({
    program: [bin, ...args],
    stdio: ['ignore', 'ignore', 'ignore'],
    intervalMs: 20,
    onStart: () => () => undefined,
  });
  t.is(exitStatus, 0);
  return figures;
}

for (const engine of ['resize', 'onnx']) {
  test.serial(`4 workers hold at most twice what one image at a time holds: ${engine}`, async (t) => {
    const directory = await temporaryDirectory(t);
    await saveCopies(join(directory, 'in'), 16, 96, 96);
    const run = (out: string, ...how: string[]) =>
      memoryOf(t, ['pipe', join(directory, 'in'), join(directory, out), '--engine', engine, '-q', ...how]);
    const sequential = await run('one', '--sequential');
    const parallel = await run('four', '--threads', '4');
    t.true(sequential.mostInFlight <= 1 && parallel.mostInFlight > 1);
    const ratio = parallel.peakBytes / sequential.peakBytes;
    t.true(ratio <= 2, `${parallel.peakBytes / MIB} to ${sequential.peakBytes / MIB} MiB: ${ratio}`);
  });
}

test.serial('--max-memory bounds what images in flight are granted, and the process', async (t) => {
  const directory = await temporaryDirectory(t);
  // about 10 MiB each on the way, so 16 of them are far more than is allowed
  await saveCopies(join(directory, 'in'), 16, 900, 700);
  const maxMemory = 64 * MIB;
  const options = { inputs: [join(directory, 'in')], engine: 'resize', threads: 4 } as const;
  const bound = await pipe({ ...options, out: join(directory, 'bound'), maxMemory });
  t.is(bound.counts.done, 16);
  t.true(bound.budget.peakBytes > maxMemory / 2 && bound.budget.peakBytes <= maxMemory);
  t.true(bound.buffers.heldBytes <= maxMemory);
  const alone = await pipe({ ...options, out: join(directory, 'alone'), maxMemory: MIB, limit: 3 });
  t.is(alone.counts.done, 3);
  t.true(alone.budget.peakBytes > MIB && alone.budget.peakBytes < maxMemory / 3, 'one at a time');

  const memory = (out: string, ...how: string[]) =>
    memoryOf(t, [
      ...['pipe', join(directory, 'in'), join(directory, out)],
      ...['--engine', 'resize', '--threads', '4', '-q', ...how],
    ]);
  const one = await memory('process-one', '--max-memory', '1M', '--limit', '4');
  const held = await memory('process-bound', '--max-memory', '64M');
  const loose = await memory('process-loose', '--max-memory', '4G');
  // beside the budget: as much for buffers kept for later, and what JavaScript has not collected yet
  const allowed = one.peakBytes + 2 * maxMemory;
  t.true(held.peakBytes <= allowed, `${held.peakBytes / MIB} of ${allowed / MIB} MiB`);
  t.true(loose.peakBytes > held.peakBytes, 'without the bound more is held');
  t.log(`MiB: ${[one, held, loose].map(({ peakBytes }) => Math.round(peakBytes / MIB)).join(', ')}`);
});

test.serial('large images hold no more when there are more of them', async (t) => {
  const directory = await temporaryDirectory(t);
  await saveCopies(join(directory, 'in'), 9, 2600, 2000);
  const peakOf = async (limit: number) => {
    const out = join(directory, `out${limit}`);
    const args = ['pipe', join(directory, 'in'), out, '--engine', 'resize', '--threads', '2', '-q'];
    // the format that is written soonest: the pixels are what is large
    return (await memoryOf(t, [...args, '--format', 'jpeg', '--limit', String(limit)])).peakBytes / MIB;
  };
  const few = await peakOf(3);
  const many = await peakOf(9);
  t.log(`MiB: ${Math.round(few)} for 3, ${Math.round(many)} for 9`);
  // each of the six has 75 MiB of pixels
  t.true(many < few + 200, `${few} became ${many} MiB`);
});

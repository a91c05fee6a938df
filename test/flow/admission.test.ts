import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { pipe, type PipeOptions } from '../../src/index.js';
import type { StageEvent } from '../../src/flow/ticket.js';
import { numbered, savePngs } from '../helpers/pngs.js';
import { temporaryDirectory } from '../helpers/temporary-directory.js';

const names = numbered(12);

async function images(t: ExecutionContext): Promise<string> {
  const directory = await temporaryDirectory(t);
  await savePngs(join(directory, 'in'), names, 24, 16);
  return directory;
}

/** Runs over all images and tells how many were at a time on their way from the beginning of `from` to release. */
async function mostFrom(
  t: ExecutionContext,
  from: StageEvent['stage'],
  directory: string,
  options: Partial<PipeOptions>,
): Promise<number> {
  const present = new Set<number>();
  let most = 0;
  const watch = (message: unknown) => {
    const { stage, phase, index } = message as StageEvent;
    if (stage === from && phase === 'begin') present.add(index);
    if (stage === 'release') present.delete(index);
    most = Math.max(most, present.size);
  };
  subscribe('srgan:stage', watch);
  try {
    const inputs = [join(directory, 'in')];
    const { counts } = await pipe({ inputs, engine: 'resize', overwrite: true, ...options });
    t.is(counts.done + counts.copied, names.length);
  } finally {
    unsubscribe('srgan:stage', watch);
  }
  return most;
}

test.serial('sequential: the next source is begun when the one before has ended', async (t) => {
  const directory = await images(t);
  t.is(await mostFrom(t, 'plan', directory, { sequential: true, out: join(directory, 'one') }), 1);
  t.true((await mostFrom(t, 'plan', directory, { threads: 2, out: join(directory, 'many') })) > 1);
  for (const name of names) {
    const [one, many] = ['one', 'many'].map((out) => readFile(join(directory, out, name)));
    t.deepEqual(await one, await many, name);
  }
});

test.serial('at most chunkSize images are between decode and write, copies too', async (t) => {
  const directory = await images(t);
  for (const chunkSize of [1, 3]) {
    for (const scale of [1, 2]) {
      const out = join(directory, 'out');
      const most = await mostFrom(t, 'upscale', directory, { chunkSize, scale, threads: 4, out });
      t.true(most <= chunkSize, `${most} at a time`);
    }
  }
});

for (const options of [{ sequential: true }, { chunkSize: 1, threads: 4 }, { maxMemory: 2 ** 20 }]) {
  test.serial(`a run that breaks off does not wait for itself: ${JSON.stringify(options)}`, async (t) => {
    const directory = await images(t);
    const broken = pipe({
      inputs: [join(directory, 'in')],
      out: join(directory, 'out'),
      engine: 'resize',
      ...options,
      onOutcome: () => Promise.reject(new Error('the consumer failed')),
    });
    await t.throwsAsync(broken, { message: 'the consumer failed' });
  });
}

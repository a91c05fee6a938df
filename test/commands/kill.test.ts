import { watch } from 'node:fs';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import sharp from 'sharp';
import { startSrgan } from '../helpers/cli.js';
import { numbered, savePngs } from '../helpers/pngs.js';
import { seeded } from '../helpers/random.js';
import { THOROUGH } from '../helpers/thorough.js';
import { makeTree } from '../helpers/tree.js';

const KILLS = THOROUGH ? 20 : 8;
const names = numbered(12);
const sidePx = 220;

/** Runs to the end, or until the file system has reported `events` changes in the output directory. */
async function run(cwd: string, out: string, scale: number, events = Infinity) {
  await mkdir(join(cwd, out), { recursive: true });
  const { child, ended } = startSrgan(
    ['pipe', 'in', out, '--scale', String(scale), '--overwrite', '--engine', 'resize', '--threads', '2'],
    // killed is the process that does the work
    { cwd, env: { SRGAN_SUPERVISE: 'no' } },
  );
  let seen = 0;
  const watcher = watch(join(cwd, out), () => {
    seen += 1;
    if (seen === events) child.kill('SIGKILL');
  });
  const { signal, exitCode } = await ended;
  watcher.close();
  return { killed: signal === 'SIGKILL', exitCode, seen };
}

test('kill -9 at random moments of writing leaves whole files only under the final names', async (t) => {
  const cwd = await makeTree(t);
  await savePngs(join(cwd, 'in'), names, sidePx, sidePx);

  const whole = new Map<string, Set<string>>();
  let events = 0;
  for (const scale of [2, 3]) {
    const reference = await run(cwd, `reference${scale}`, scale);
    t.is(reference.exitCode, 0);
    events = Math.max(events, reference.seen);
    for (const name of names) {
      const bytes = await readFile(join(cwd, `reference${scale}`, name), 'latin1');
      whole.set(name, (whole.get(name) ?? new Set()).add(bytes));
    }
  }

  const next = seeded(20);
  let kills = 0;
  let partial = 0;
  for (let i = 0; kills < KILLS && i < 3 * KILLS; i++) {
    const moment = 1 + Math.floor(next() * 0.9 * events);
    if ((await run(cwd, 'out', 2 + (i % 2), moment)).killed) kills += 1;
    for (const file of await readdir(join(cwd, 'out'))) {
      if (file.endsWith('.srgan-tmp')) {
        partial += 1;
        continue;
      }
      const bytes = await readFile(join(cwd, 'out', file), 'latin1');
      t.true(whole.get(file)?.has(bytes), `${file} is not whole after the kill at change ${moment}`);
    }
  }
  t.is(kills, KILLS);
  t.true(partial > 0, 'no kill came while a file was being written');

  t.is((await run(cwd, 'out', 2)).exitCode, 0);
  t.deepEqual((await readdir(join(cwd, 'out'))).sort(), [...names].sort(), 'what the kills left is gone');
  for (const name of names) {
    const { info } = await sharp(join(cwd, 'out', name), { failOn: 'warning' })
      .raw()
      .toBuffer({ resolveWithObject: true });
    t.is(info.width, 2 * sidePx);
  }
});

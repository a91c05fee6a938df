import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import { startSrgan } from '../../helpers/cli.js';
import { numbered, savePngs } from '../../helpers/pngs.js';
import { makeTree } from '../../helpers/tree.js';
import { onLinux, onPosix } from '../../helpers/where.js';

const names = numbered(6);

/** A run under its parent that has done an image, and waits for its list to go on. */
async function startList(t: ExecutionContext, ...flags: string[]) {
  const cwd = await makeTree(t);
  await savePngs(join(cwd, 'in'), names, 24, 24);
  const args = ['pipe', '-', 'out', '--base', 'in', '--engine', 'resize', '--threads', '2', ...flags];
  const run = startSrgan(args, { cwd });
  run.child.stdin?.write('in/000.png\n');
  await run.saysOnStdout(/000\.png/);
  return { cwd, run };
}

const status = (pid: number) => readFile(`/proc/${pid}/status`, 'latin1');
async function untilState(pid: number, wanted: RegExp): Promise<void> {
  while (!wanted.test(await status(pid))) await new Promise(setImmediate);
}

const STOPPED = /^State:\s+T/m;
const GOING = /^State:\s+[SR]/m;

onLinux('Ctrl-Z stops the parent and the process that works; both go on, again and again', async (t) => {
  const { cwd, run } = await startList(t);
  const parent = run.child.pid!;
  const children = await readFile(`/proc/${parent}/task/${parent}/children`, 'latin1');
  const worker = Number(children.trim());
  t.not(worker, parent);
  for (const name of names.slice(1, 4)) {
    run.child.kill('SIGTSTP');
    await untilState(parent, STOPPED);
    await untilState(worker, STOPPED);
    run.child.stdin?.write(`in/${name}\n`);
    t.false((await readdir(join(cwd, 'out'))).includes(name), 'nothing goes on meanwhile');
    run.child.kill('SIGCONT');
    await untilState(parent, GOING);
    await untilState(worker, GOING);
    await run.saysOnStdout(new RegExp(name.replace('.', '\\.')));
  }
  run.child.stdin?.end(
    names
      .slice(4)
      .map((name) => `in/${name}\n`)
      .join(''),
  );
  const { exitCode, stdout, stderr } = await run.ended;
  t.is(exitCode, 0, stderr);
  t.deepEqual(
    stdout.split('\n').filter(Boolean).sort(),
    names.map((name) => `out/${name}`),
  );
  t.false(stderr.includes('died of'), 'to be stopped is no crash');
});

onLinux('a run that is stopped and told to end does so when it goes on', async (t) => {
  const { run } = await startList(t);
  run.child.kill('SIGTSTP');
  await untilState(run.child.pid!, STOPPED);
  run.child.kill('SIGTERM');
  run.child.kill('SIGCONT');
  const { exitCode, stderr } = await run.ended;
  t.is(exitCode, 143, stderr);
  t.regex(stderr, /^Upscaled 1 image /m);
});

for (const supervised of [true, false]) {
  const flags = supervised ? [] : ['--no-supervise'];
  const how = supervised ? 'under its parent' : 'alone';

  onPosix(`a terminal that is closed ends a run ${how} as a first Ctrl-C does`, async (t) => {
    const { cwd, run } = await startList(t, ...flags);
    run.child.kill('SIGHUP');
    await run.saysOnStderr(/^Stopping after the images that are being worked on/m);
    const { exitCode, signal, stderr } = await run.ended;
    t.is(exitCode, 129, `${signal} ${stderr}`);
    t.regex(stderr, /^Upscaled 1 image /m);
    t.deepEqual(await readdir(join(cwd, 'out')), ['000.png']);
  });

  onPosix(
    `SIGQUIT ends a run ${how} at once, in the middle of a network, and leaves no temp file`,
    async (t) => {
      const cwd = await makeTree(t);
      const temporary = join(cwd, 'tmp');
      await savePngs(temporary, ['x.png'], 8, 8);
      await savePngs(cwd, ['small.png'], 16, 16);
      await savePngs(cwd, ['big.png'], 600, 600);
      const args = ['pipe', '-', 'out', '--base', '.', '--model', 'esrgan-medium', ...flags];
      const run = startSrgan(args, { cwd, env: { TMPDIR: temporary } });
      run.child.stdin?.write('small.png\nbig.png\n');
      await run.saysOnStdout(/small\.png/);
      run.child.kill('SIGQUIT');
      const { signal, stderr } = await run.ended;
      t.is(signal, 'SIGQUIT', stderr);
      t.deepEqual(await readdir(join(cwd, 'out')), ['small.png']);
      t.deepEqual(await readdir(temporary), ['x.png']);
    },
  );
}

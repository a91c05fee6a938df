import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { startSrgan } from '../helpers/cli.js';
import { numbered, savePngs } from '../helpers/pngs.js';
import { makeTree } from '../helpers/tree.js';
import { onPosix } from '../helpers/where.js';

const resize = ['--engine', 'resize', '--threads', '2'];
const lines = (text: string) => text.split('\n').filter((line) => line !== '');

for (const [signal, status] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const) {
  onPosix(`the first ${signal} finishes what is begun, though the list goes on`, async (t) => {
    const cwd = await makeTree(t);
    const names = await savePngs(join(cwd, 'in'), numbered(12), 60, 60);
    const run = startSrgan(['pipe', '-', 'out', '--base', 'in', ...resize], { cwd });
    run.child.stdin?.write(names.map((name) => `${name}\n`).join(''));
    await run.saysOnStdout(/\n/);
    run.child.kill(signal);
    await run.saysOnStderr(
      /^Stopping after the images that are being worked on, for which they have 300 s; once more to stop now\.$/m,
    );

    const { exitCode, stdout, stderr } = await run.ended;
    t.is(exitCode, status, stderr);
    t.regex(stderr, /^Upscaled \d+ images? in /m);
    const files = await readdir(join(cwd, 'out'));
    t.deepEqual(
      files.sort(),
      lines(stdout)
        .map((path) => path.slice('out/'.length))
        .sort(),
    );
    for (const file of files)
      t.is(
        (
          await sharp(join(cwd, 'out', file))
            .raw()
            .toBuffer()
        ).length,
        120 * 120 * 3,
      );
  });
}

onPosix(
  'the second Ctrl-C ends it by the signal, in the middle of a network, and leaves no temp file',
  async (t) => {
    const cwd = await makeTree(t);
    await savePngs(cwd, ['small.png', 'big.png'], 16, 16);
    await savePngs(cwd, ['big.png'], 600, 600);
    const run = startSrgan(['pipe', '-', 'out', '--base', '.', '--model', 'esrgan-thick'], { cwd });
    run.child.stdin?.write('small.png\nbig.png\n');
    await run.saysOnStdout(/small\.png/);
    run.child.kill('SIGINT');
    await run.saysOnStderr(/Stopping after/);
    run.child.kill('SIGINT');
    const { signal, exitCode } = await run.ended;
    t.is(exitCode, null);
    t.is(signal, 'SIGINT');
    t.deepEqual(await readdir(join(cwd, 'out')), ['small.png']);
  },
);

for (const how of ['SIGTERM', 'SIGHUP'] as const)
  onPosix(`what takes longer than --drain-limit after the first ${how} is given up`, async (t) => {
    const cwd = await makeTree(t);
    await savePngs(cwd, ['small.png', 'big.png'], 16, 16);
    await savePngs(cwd, ['big.png'], 600, 600);
    const run = startSrgan(
      ['pipe', '-', 'out', '--base', '.', '--model', 'esrgan-medium', '--drain-limit', '0'],
      { cwd },
    );
    run.child.stdin?.write('small.png\nbig.png\n');
    await run.saysOnStdout(/small\.png/);
    run.child.kill(how);
    const { signal, stderr } = await run.ended;
    t.is(signal, how, stderr);
    t.regex(stderr, /for which they have 0 s/);
    t.deepEqual(await readdir(join(cwd, 'out')), ['small.png']);
  });

onPosix('a reader that goes away stops the run, though the list goes on; no stack trace', async (t) => {
  const cwd = await makeTree(t);
  const names = await savePngs(join(cwd, 'in'), numbered(30), 30, 30);
  const run = startSrgan(['pipe', '-', 'out', ...resize], { cwd });
  run.child.stdin?.write(names.map((name) => `${name}\n`).join(''));
  await run.saysOnStdout(/\n/);
  run.child.stdout?.destroy();
  // standard input stays open, so the process can end only because its output is closed
  const { exitCode, stderr } = await run.ended;
  t.is(exitCode, 141, stderr);
  t.false(stderr.includes('EPIPE'));
  t.false(stderr.includes('    at '));
});

onPosix('messages that nobody reads are no reason to stop', async (t) => {
  const cwd = await makeTree(t);
  await savePngs(join(cwd, 'in'), numbered(4), 30, 30);
  const run = startSrgan(['pipe', 'in', 'out', '-v', ...resize], { cwd });
  run.child.stderr?.destroy();
  run.child.stdin?.end();
  const { exitCode } = await run.ended;
  t.is(exitCode, 0);
  t.is((await readdir(join(cwd, 'out'))).length, 4);
});

import { appendFile, copyFile, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import sharp from 'sharp';
import { srgan, startSrgan } from '../../helpers/cli.js';
import { draw, pipelineOf } from '../../helpers/images.js';
import { temporaryDirectory } from '../../helpers/temporary-directory.js';

const png = (widthPx: number, seed = 1) =>
  pipelineOf(draw({ widthPx, heightPx: 20, seed }))
    .png()
    .toBuffer();

async function start(t: ExecutionContext, directory?: string, ...flags: string[]) {
  const root = directory ?? (await temporaryDirectory(t));
  const [from, out] = [path.join(root, 'in'), path.join(root, 'out')];
  await mkdir(from, { recursive: true });
  const args = ['watch', from, out, '--settle', '0.3', '--threads', '1', ...flags];
  const running = startSrgan(args);
  t.teardown(() => void running.child.kill('SIGKILL'));
  await running.saysOnStderr(/Watching/);
  return { root, from, out, running, widthOf: (name: string) => widthOnceThere(path.join(out, name)) };
}

test('what is there, what arrives, and what lies deeper is upscaled', async (t) => {
  const root = await temporaryDirectory(t);
  await mkdir(path.join(root, 'in'));
  await writeFile(path.join(root, 'in', 'there.png'), await png(30));
  const { from, widthOf, running } = await start(t, root);
  t.is(await widthOf('there.png'), 60);
  await writeFile(path.join(from, 'new.png'), await png(31));
  await mkdir(path.join(from, 'a', 'b'), { recursive: true });
  await writeFile(path.join(from, 'a', 'b', 'deep.PNG'), await png(32));
  await writeFile(path.join(from, 'notes.txt'), 'not for us');
  t.is(await widthOf('new.png'), 62);
  t.is(await widthOf('a/b/deep.PNG'), 64);
  running.child.kill('SIGTERM');
  const { exitCode, stdout, stderr } = await running.ended;
  t.is(exitCode, 143, stderr);
  t.is(stdout.trim().split('\n').length, 3);
});

test('a file that grows is taken when it is whole', async (t) => {
  const { from, widthOf, running } = await start(t);
  const bytes = await png(40);
  const file = path.join(from, 'slow.png');
  const piece = Math.ceil(bytes.length / 8);
  for (let at = 0; at < bytes.length; at += piece) {
    await appendFile(file, bytes.subarray(at, at + piece));
    await pause(100);
  }
  t.is(await widthOf('slow.png'), 80);
  running.child.kill('SIGTERM');
  t.notRegex((await running.ended).stderr, /E_/);
});

test('a file that is replaced is done again, a renamed one is new, and one that is moved in is seen', async (t) => {
  const { root, from, out, widthOf, running } = await start(t);
  const file = path.join(from, 'a.png');
  await writeFile(file, await png(30));
  t.is(await widthOf('a.png'), 60);
  await writeFile(path.join(root, 'next.png'), await png(50));
  await rename(path.join(root, 'next.png'), file);
  while ((await widthOf('a.png')) !== 100) await pause(20);
  await rename(file, path.join(from, 'b.png'));
  t.is(await widthOf('b.png'), 100);
  await writeFile(path.join(from, 'bad.png'), 'no image');
  await running.saysOnStderr(/E_UNSUPPORTED.*bad\.png/);
  await copyFile(path.join(from, 'b.png'), path.join(from, 'bad.png'));
  t.is(await widthOf('bad.png'), 100);
  await stat(path.join(out, 'a.png'));
  running.child.kill('SIGTERM');
  t.is((await running.ended).exitCode, 143);
});

test('after kill -9 the next process does what is left, and nothing twice', async (t) => {
  const first = await start(t);
  await writeFile(path.join(first.from, 'a.png'), await png(30));
  await first.widthOf('a.png');
  await first.running.saysOnStdout(/a\.png/);
  first.running.child.kill('SIGKILL');
  await first.running.ended;
  const made = await stat(path.join(first.out, 'a.png'));
  await writeFile(path.join(first.from, 'b.png'), await png(31));

  const second = await start(t, first.root);
  t.is(await second.widthOf('b.png'), 62);
  await second.running.saysOnStdout(/b\.png/);
  second.running.child.kill('SIGTERM');
  t.notRegex((await second.running.ended).stdout, /a\.png/);
  t.is((await stat(path.join(first.out, 'a.png'))).mtimeMs, made.mtimeMs);
  t.regex(await readFile(path.join(first.out, '.srgan', 'journal.ndjson'), 'utf8'), /"status":"done"/);
});

test('by polling, with results below the folder itself, and only what is included', async (t) => {
  const root = await temporaryDirectory(t);
  const from = path.join(root, 'in');
  const out = path.join(from, 'out');
  await mkdir(from);
  await writeFile(path.join(from, 'a.png'), await png(30));
  await writeFile(path.join(from, 'b.png'), await png(31));
  const args = ['watch', from, out, '--settle', '0.2', '--poll', '0.1', '--include', 'a*', '--threads', '1'];
  const running = startSrgan(args);
  t.teardown(() => void running.child.kill('SIGKILL'));
  t.is(await widthOnceThere(path.join(out, 'a.png')), 60);
  await writeFile(path.join(from, 'a2.png'), await png(33));
  t.is(await widthOnceThere(path.join(out, 'a2.png')), 66);
  running.child.kill('SIGTERM');
  const { stdout } = await running.ended;
  t.deepEqual(
    stdout
      .trim()
      .split('\n')
      .map((line) => path.relative(out, line))
      .sort(),
    ['a.png', 'a2.png'],
  );
});

test('rejects a directory that cannot be watched', async (t) => {
  const root = await temporaryDirectory(t);
  const missing = await srgan(['watch', path.join(root, 'nothing'), path.join(root, 'out')]);
  t.is(missing.exitCode, 2);
  t.regex(missing.stderr, /is not a directory/);
  const same = await srgan(['watch', root, root]);
  t.is(same.exitCode, 2);
  await rm(root, { recursive: true });
});

async function widthOnceThere(file: string): Promise<number> {
  for (;;) {
    const bytes = await readFile(file).catch(() => undefined);
    if (bytes) return (await sharp(bytes).metadata()).width;
    await pause(20);
  }
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

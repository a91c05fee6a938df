import { spawnSync } from 'node:child_process';
import { chmod, chown, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import sharp from 'sharp';
import { bin, shell, srgan } from '../helpers/cli.js';
import { numbered, savePngs } from '../helpers/pngs.js';
import { makeTree } from '../helpers/tree.js';
import { ownMounts, testWhere } from '../helpers/where.js';

const posix = process.platform !== 'win32';
const resize = ['--engine', 'resize', '--threads', '2'];
const lines = (text: string) => text.split('\n').filter((line) => line !== '');

/** A user that may not do everything, as whom the launcher can be run; undefined: this one. */
const NOBODY = 65_534;
const isRoot = posix && process.getuid?.() === 0;
const nobodyCan = !isRoot || spawnSync(process.execPath, [bin, '--version'], { uid: NOBODY }).status === 0;
const uid = isRoot ? NOBODY : undefined;

test('each bad image fails on its own, with a code and a sentence that names it; the others are done', async (t) => {
  const cwd = await makeTree(t);
  const [good] = await savePngs(join(cwd, 'in'), ['good.png', 'wide.png'], 30, 20);
  const png = await readFile(good!);
  await savePngs(join(cwd, 'in'), ['bomb.png'], 300, 300);
  await writeFile(join(cwd, 'in/truncated.png'), png.subarray(0, png.length - 400));
  await writeFile(join(cwd, 'in/empty.png'), '');
  await writeFile(join(cwd, 'in/text.png'), 'Dear diary, this is no image at all.\n'.repeat(20));
  await writeFile(join(cwd, 'in/really-png.jpg'), png);
  const damaged = Buffer.from(png);
  damaged.fill(0xa5, 60, 200);
  await writeFile(join(cwd, 'in/damaged.png'), damaged);
  await mkdir(join(cwd, 'in/directory.png'));

  const sources = [...(await readdir(join(cwd, 'in'))), 'missing.png'].map((name) => `in/${name}\n`).join('');
  const run = await srgan(
    ['pipe', '-', 'out', '--base', 'in', '--max-pixels', '50000', '--ndjson-out', ...resize],
    {
      cwd,
      stdin: sources,
    },
  );
  t.is(run.exitCode, 1);
  const records = lines(run.stdout).map(
    (line) => JSON.parse(line) as { src: string; code?: string; message: string },
  );
  const codes = Object.fromEntries(records.map(({ src, code }) => [src.slice('in/'.length), code ?? 'done']));
  t.deepEqual(codes, {
    'good.png': 'done',
    'wide.png': 'done',
    'really-png.jpg': 'done',
    'bomb.png': 'E_TOO_LARGE',
    'truncated.png': 'E_TRUNCATED',
    'empty.png': 'E_EMPTY',
    'text.png': 'E_UNSUPPORTED',
    'damaged.png': 'E_DECODE',
    'directory.png': 'E_NOT_A_FILE',
    'missing.png': 'E_NOT_FOUND',
  });
  for (const { src, code, message } of records) {
    if (code === undefined) continue;
    t.true(run.stderr.includes(`  ${code} `), code);
    t.true(message.includes(src), message);
    t.regex(message, /^[^\n]+\.$/);
  }
  t.false(run.stderr.includes('    at '));
  t.is((await readdir(join(cwd, 'out'))).length, 3);
});

testWhere(posix && nobodyCan, 'no user here who may not read everything')(
  'a source that may not be read, a directory that may not be written',
  async (t) => {
    const cwd = await makeTree(t);
    await savePngs(cwd, ['a.png', 'secret.png'], 8, 8);
    await mkdir(join(cwd, 'locked'));
    if (isRoot) await chown(cwd, NOBODY, NOBODY);
    await chmod(join(cwd, 'a.png'), 0o644);
    await chmod(join(cwd, 'secret.png'), 0o000);
    await chmod(join(cwd, 'locked'), 0o555);

    const unreadable = await srgan(['pipe', 'a.png', 'secret.png', 'out', ...resize], { cwd, uid });
    t.is(unreadable.exitCode, 1, unreadable.stderr);
    t.regex(unreadable.stderr, /^ {2}E_ACCESS secret\.png/m);
    t.deepEqual(await readdir(join(cwd, 'out')), ['a.png']);

    const locked = await srgan(['pipe', 'a.png', 'locked', ...resize], { cwd, uid });
    t.is(locked.exitCode, 2, locked.stderr);
    t.is(
      locked.stderr,
      'srgan: locked: writing there is not allowed.\n  Check the permissions of the directory.\n',
    );
    const below = await srgan(['pipe', 'a.png', 'b', 'locked/deeper', ...resize], { cwd, uid });
    t.is(below.exitCode, 2, below.stderr);
    t.regex(below.stderr, /^srgan: locked.deeper: writing there is not allowed\.$/m);
  },
);

testWhere(ownMounts, 'no file system may be mounted here')(
  'a disk that fills up: what fits is whole, the rest is told, no temp file stays',
  async (t) => {
    const cwd = await makeTree(t, ['out/']);
    await savePngs(join(cwd, 'in'), numbered(6), 60, 60);
    const inside = `mount -t tmpfs -o size=64k tmpfs out && $SRGAN pipe in out ${resize.join(' ')}; echo $?; ls -A out; cat out/* | wc -c`;
    const { stdout, stderr } = await shell(
      `unshare -rm bash -c ${JSON.stringify(inside).replaceAll('$?', '\\$?')}`,
      { cwd },
    );
    const said = lines(stdout);
    const done = said.filter((line) => line.startsWith('out/'));
    t.true(done.length > 0 && done.length < 6, stdout);
    t.deepEqual(said.slice(done.length, -1), ['1', ...done.map((path) => path.slice('out/'.length)).sort()]);
    t.regex(stderr, /^ {2}E_NOSPC .*: the disk is full\.$/m);
  },
);

test('a model file that is no network: exit 2, before any image', async (t) => {
  const cwd = await makeTree(t, { 'broken.onnx': 'this is no network' });
  await savePngs(cwd, ['a.png'], 8, 8);
  for (const model of ['broken.onnx', 'gone.onnx']) {
    const { exitCode, stdout, stderr } = await srgan(['pipe', 'a.png', 'out', '--model', model], { cwd });
    t.is(exitCode, 2, stderr);
    t.is(stdout, '');
    t.true(stderr.startsWith(`srgan: ${model}: `), stderr);
  }
});

test('a damaged image that was there before stays until a whole one takes its place', async (t) => {
  const cwd = await makeTree(t, { 'out/a.png': 'half a fi' });
  await savePngs(join(cwd, 'in'), ['a.png'], 8, 8);
  const refused = await srgan(['pipe', 'in', 'out', ...resize], { cwd });
  t.is(refused.exitCode, 1);
  t.regex(refused.stderr, /E_EXISTS/);
  t.is((await srgan(['pipe', 'in', 'out', '--overwrite', ...resize], { cwd })).exitCode, 0);
  t.is((await sharp(join(cwd, 'out/a.png')).metadata()).width, 16);
});

test('two sources with one output are refused before either is written, and an input is never replaced', async (t) => {
  const cwd = await makeTree(t);
  await savePngs(cwd, ['x/a.png', 'y/a.png', 'b.png'], 8, 8);
  const args = ['--name', '{name}.png', '--out', '.', '--overwrite', ...resize];
  const { exitCode, stderr } = await srgan(['pipe', 'x', 'y', 'b.png', ...args], { cwd });
  t.is(exitCode, 1);
  t.regex(stderr, /E_COLLISION .*[xy].a\.png.*[xy].a\.png/);
  t.regex(stderr, /E_OVERWRITE_INPUT .*b\.png/);
  t.is((await sharp(join(cwd, 'b.png')).metadata()).width, 8);
  t.false((await readdir(cwd)).includes('a.png'));
});

test('set-ups that cannot work are told before any image: exit 2', async (t) => {
  const cwd = await makeTree(t, { file: '' });
  await savePngs(cwd, ['a.png'], 8, 8);
  const cases: [string[], RegExp][] = [
    [['a.png', '--out', 'file/below'], /^srgan: file.below: a file is where a directory is needed\.$/m],
    [['a.png', 'out', '--device', 'cuda'], /^srgan: The device 'cuda' is not available on this machine\.$/m],
  ];
  if (process.platform === 'linux') {
    cases.push([
      ['a.png', '--out', '/proc/srgan'],
      /^srgan: \/proc\/srgan: the directory is gone, or cannot/m,
    ]);
  }
  for (const [args, says] of cases) {
    const { exitCode, stdout, stderr } = await srgan(['pipe', ...args], { cwd });
    t.is(exitCode, 2, stderr);
    t.is(stdout, '');
    t.regex(stderr, says);
    t.is(stderr.trim().split('\n').length, 2 - Number(!stderr.includes('\n  ')), stderr);
  }
  t.deepEqual((await readdir(cwd)).sort(), ['a.png', 'file']);
});

test('a device that auto does not find is a note, once', async (t) => {
  const cwd = await makeTree(t);
  await savePngs(cwd, ['a.png', 'b.png'], 8, 8);
  const { exitCode, stderr } = await srgan(['pipe', 'a.png', 'b.png', '-o', 'out', '--device', 'auto'], {
    cwd,
  });
  t.is(exitCode, 0, stderr);
  t.is(stderr.split('No accelerator is available, so the networks run on the CPU.').length, 2, stderr);
});

test('a list on standard input with --overwrite replaces no source, however late it is named', async (t) => {
  const cwd = await makeTree(t);
  const names = numbered(80);
  await savePngs(cwd, names, 8, 8);
  const last = names.at(-1)!;
  const records = names.map((src, i) => ({ src, dst: i === 0 ? last : `out-${src}` }));
  const stdin = records.map((record) => JSON.stringify(record)).join('\n');
  const { exitCode, stdout, stderr } = await srgan(['pipe', '--ndjson', '-', '--overwrite', ...resize], {
    cwd,
    stdin,
  });
  t.is(exitCode, 1, stderr);
  t.regex(stderr, /E_OVERWRITE_INPUT/);
  t.is(lines(stdout).length, names.length - 1);
  t.is((await sharp(join(cwd, last)).metadata()).width, 8);
  t.is((await sharp(join(cwd, `out-${last}`)).metadata()).width, 16);
});

import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import sharp from 'sharp';
import { shell, srgan } from '../helpers/cli.js';
import { draw, pipelineOf } from '../helpers/images.js';
import { numbered, savePngs } from '../helpers/pngs.js';
import { makeTree } from '../helpers/tree.js';
import { onLinux, testWhere } from '../helpers/where.js';

const posix = process.platform !== 'win32';
const resize = ['--engine', 'resize', '--threads', '2'];
const lines = (text: string) => text.split('\n').filter((line) => line !== '');

test('a glob to a directory: a mirrored tree, the paths on standard output, the summary on standard error', async (t) => {
  const cwd = await makeTree(t);
  await savePngs(join(cwd, 'in'), ['a.png', 'deep/b c.png', 'deep/er/-d.png'], 20, 10);
  const { exitCode, stdout, stderr } = await srgan(['pipe', 'in/**/*.png', 'out', ...resize], { cwd });
  t.is(exitCode, 0, stderr);
  const expected = ['out/a.png', 'out/deep/b c.png', 'out/deep/er/-d.png'].map((path) => join(path));
  t.deepEqual(lines(stdout).sort(), expected);
  for (const path of expected) {
    const { width, height } = await sharp(join(cwd, path)).metadata();
    t.deepEqual([width, height], [40, 20]);
  }
  t.regex(stderr, /^Upscaled 3 images in .+\.$/m);
  t.regex(stderr, /^Workers busy \d+ %, peak memory .+\.$/m);
});

test('the real network, by default', async (t) => {
  const cwd = await makeTree(t);
  await savePngs(cwd, ['a.png'], 16, 12);
  const { exitCode, stderr } = await srgan(['pipe', 'a.png', 'out'], { cwd });
  t.is(exitCode, 0, stderr);
  t.is((await sharp(join(cwd, 'out/a.png')).metadata()).width, 32);
});

test('--no-fold runs the network as it is published: the same image within one level', async (t) => {
  const cwd = await makeTree(t);
  await pipelineOf(draw({ widthPx: 130, heightPx: 120 }))
    .png()
    .toFile(join(cwd, 'a.png'));
  const run = async (out: string, ...flags: string[]) => {
    const { exitCode, stderr } = await srgan(['pipe', 'a.png', out, ...flags], { cwd });
    t.is(exitCode, 0, stderr);
    return sharp(join(cwd, out, 'a.png'))
      .raw()
      .toBuffer();
  };
  const folded = await run('one', '--threads', '1');
  t.deepEqual(await run('two', '--threads', '3', '--fold'), folded);
  const plain = await run('plain', '--no-fold');
  t.is(plain.length, folded.length);
  t.true(plain.every((value, at) => Math.abs(value - folded[at]!) <= 1));
});

test('a list on standard input, results beside the sources; lines may end in CRLF', async (t) => {
  const cwd = await makeTree(t);
  await savePngs(cwd, ['a.png', 'b.png'], 8, 8);
  const { exitCode, stdout } = await srgan(['pipe', '-', ...resize], { cwd, stdin: 'a.png\r\nb.png' });
  t.is(exitCode, 0);
  t.deepEqual(lines(stdout).sort(), ['a_2x.png', 'b_2x.png']);
});

testWhere(posix, 'Windows has no such names')(
  'NUL-separated names in and out, with line breaks and leading dashes',
  async (t) => {
    const cwd = await makeTree(t);
    const names = ['a\nb.png', '-rf.png', ' 🌊 .png', '--help.png'];
    await savePngs(join(cwd, 'in'), names, 8, 8);
    const { exitCode, stdout, stderr } = await srgan(['pipe', '-0', '-', 'out', '--base', 'in', ...resize], {
      cwd,
      stdin: names.map((name) => `in/${name}\0`).join(''),
    });
    t.is(exitCode, 0, stderr);
    t.deepEqual(stdout.split('\0').sort(), ['', ...names.map((name) => join('out', name))].sort());
    t.deepEqual((await readdir(join(cwd, 'out'))).sort(), [...names].sort());
  },
);

test('names after -- are names', async (t) => {
  const cwd = await makeTree(t);
  await savePngs(cwd, ['-a.png', '--scale.png'], 8, 8);
  const args = ['pipe', ...resize, '--', '-a.png', '--scale.png', 'out'];
  const { exitCode, stderr } = await srgan(args, { cwd });
  t.is(exitCode, 0, stderr);
  t.deepEqual((await readdir(join(cwd, 'out'))).sort(), ['--scale.png', '-a.png']);
});

test('an argument that equals the value of a flag keeps its place', async (t) => {
  const cwd = await makeTree(t);
  await savePngs(join(cwd, 'in'), ['a.png'], 8, 8);
  const { exitCode, stderr } = await srgan(['pipe', '--suffix', 'out', 'in', 'out', ...resize], { cwd });
  t.is(exitCode, 0, stderr);
  t.true((await readdir(cwd)).includes('out'));
});

test('NDJSON in and out: own keys pass through, and a record may have its own scale and output', async (t) => {
  const cwd = await makeTree(t);
  await savePngs(cwd, ['a.png', 'b.png'], 8, 8);
  const stdin = '{"src":"a.png","dst":"x/y.png","scale":3,"id":7}\n{"src":"b.png","id":[8]}\nnot json\n';
  const { exitCode, stdout } = await srgan(['pipe', '--ndjson', '-', '--ndjson-out', ...resize], {
    cwd,
    stdin,
  });
  t.is(exitCode, 1);
  const records = lines(stdout).map((line) => JSON.parse(line) as Record<string, unknown>);
  const bySource = new Map(records.map((record) => [record.src, record]));
  t.is(records.length, 3);
  t.like(bySource.get('a.png'), { id: 7, dst: join('x/y.png'), outputWidthPx: 24, status: 'done' });
  t.like(bySource.get('b.png'), { id: [8], dst: 'b_2x.png', outputWidthPx: 16 });
  t.is(records.filter(({ code }) => code === 'E_LIST').length, 1);
});

test('--json is one document, also where the run cannot begin', async (t) => {
  const cwd = await makeTree(t);
  await savePngs(cwd, ['a.png'], 8, 8);
  const done = await srgan(['pipe', 'a.png', 'out', '--json', ...resize], { cwd });
  const document = JSON.parse(done.stdout) as { images: { dst: string }[]; summary: { exitStatus: number } };
  t.deepEqual(
    document.images.map(({ dst }) => dst),
    [join('out/a.png')],
  );
  t.is(document.summary.exitStatus, 0);

  const refused = await srgan(['pipe', 'a.png', 'out', '--json', '--model', 'nope'], { cwd });
  t.is(refused.exitCode, 2);
  const { error } = JSON.parse(refused.stdout) as { error: { code: string; message: string } };
  t.is(error.code, 'E_MODEL');
  t.true(refused.stderr.includes(error.message));
});

test('a dry run prints the plan and writes nothing', async (t) => {
  const cwd = await makeTree(t);
  await savePngs(cwd, ['a.png', 'b.png'], 20, 10);
  await writeFile(join(cwd, 'c.png'), 'no image');
  const { exitCode, stdout, stderr } = await srgan(['pipe', '*.png', 'out', '--dry-run', '--scale', '3'], {
    cwd,
  });
  t.is(exitCode, 1);
  const rows = lines(stdout);
  t.regex(rows[0] ?? '', /^ACTION +SIZE +RESULT +FORMAT +MEMORY +NETWORK +SOURCE → OUTPUT$/);
  t.regex(
    rows.find((row) => row.includes('a.png')) ?? '',
    /^x(?:3|4|2 x2) +20×10 +60×30 +png +\S+ \S+ +clean-m +a\.png → out.a\.png \(PNG\)$/,
  );
  t.regex(rows.find((row) => row.includes('c.png')) ?? '', /^failed +E_\w+ c\.png: /);
  t.regex(
    stderr,
    /Planned 2 images, 1 failed\.\nImages in flight will hold at most \S+ \S+ of memory\.\nThe networks will take about .+ at the speed measured just now\.\nNothing was written: this was a dry run\./,
  );
  t.deepEqual((await readdir(cwd)).sort(), ['a.png', 'b.png', 'c.png']);
});

test('quiet says nothing; the environment and srgan.config.json give defaults', async (t) => {
  const cwd = await makeTree(t, {
    'srgan.config.json': '{"engine": "resize", "scale": 4, "quiet": true, "threads": 1}',
    'sub/': '',
  });
  await savePngs(join(cwd, 'sub'), ['a.png'], 8, 8);
  const widthAfter = async (args: string[], env: Record<string, string> = {}) => {
    const run = await srgan(['pipe', 'a.png', 'out', '--overwrite', ...args], { cwd: join(cwd, 'sub'), env });
    t.is(run.exitCode, 0, run.stderr);
    t.is(run.stderr, '');
    return (await sharp(join(cwd, 'sub/out/a.png')).metadata()).width;
  };
  t.is(await widthAfter([]), 32);
  t.is(await widthAfter([], { SRGAN_SCALE: '3' }), 24);
  t.is(await widthAfter(['--scale', '2'], { SRGAN_SCALE: '3' }), 16);
  t.is(await widthAfter(['--width', '50'], { SRGAN_SCALE: '3' }), 50);
});

test('--errors-log has the failures, one a line; --skip-existing takes up what is missing', async (t) => {
  const cwd = await makeTree(t);
  await savePngs(join(cwd, 'in'), ['a.png', 'b.png'], 8, 8);
  await writeFile(join(cwd, 'in/c.png'), '');
  const args = ['pipe', 'in', 'out', '--errors-log', 'errors.ndjson', '--skip-existing', ...resize];
  t.is((await srgan(args, { cwd })).exitCode, 1);
  const again = await srgan(args, { cwd });
  t.is(again.exitCode, 1);
  t.is(again.stdout, '');
  t.regex(again.stderr, /2 skipped, 1 failed\./);
  t.regex(again.stderr, /E_EMPTY .*c\.png/);
  t.regex(again.stderr, /All of them are in errors\.ndjson\./);
  const [record, ...others] = lines(await readFile(join(cwd, 'errors.ndjson'), 'utf8'));
  t.like(JSON.parse(record ?? '{}'), { src: join('in/c.png'), code: 'E_EMPTY', status: 'failed' });
  t.is(others.length, 0);
});

test('--fail-fast stops, says so, and leaves no source unaccounted for', async (t) => {
  const cwd = await makeTree(t);
  const names = numbered(40);
  await savePngs(join(cwd, 'in'), names, 8, 8);
  await writeFile(join(cwd, 'in', names[0]!), '');
  const run = await srgan(['pipe', 'in', 'out', '--fail-fast', '--ndjson-out', ...resize], { cwd });
  t.is(run.exitCode, 1);
  t.regex(run.stderr, /^Stopped at the first failure, as asked\.$/m);
  const statuses = lines(run.stdout).map((line) => (JSON.parse(line) as { status: string }).status);
  t.true(statuses.length < names.length);
  t.is(
    statuses.filter((status) => status === 'done').length,
    (await readdir(join(cwd, 'out')).catch(() => [])).length,
  );
});

testWhere(posix, 'Windows has no xargs')('with xargs and head it does what a pipeline expects', async (t) => {
  const cwd = await makeTree(t);
  await savePngs(join(cwd, 'in'), ['a b.png', "c'd.png"], 8, 8);
  const counted = await shell(
    `find in -name '*.png' -print0 | $SRGAN pipe -q -0 - out --engine resize | xargs -0 ls`,
    { cwd },
  );
  t.is(counted.exitCode, 0, counted.stderr);
  t.deepEqual(lines(counted.stdout).length, 2);
});

onLinux('standard output that is full is told, and is no stack trace', async (t) => {
  const cwd = await makeTree(t);
  await savePngs(cwd, ['a.png'], 8, 8);
  const { exitCode, stderr } = await shell('$SRGAN pipe -q a.png out --engine resize > /dev/full', { cwd });
  t.is(exitCode, 1);
  t.is(stderr, 'srgan: Standard output cannot be written: the disk is full.\n');
});

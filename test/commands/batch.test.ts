import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import sharp from 'sharp';
import { srgan } from '../helpers/cli.js';
import { draw, pipelineOf, save } from '../helpers/images.js';
import { numbered, savePngs } from '../helpers/pngs.js';
import { filesBelow, makeTree } from '../helpers/tree.js';

const resize = ['--engine', 'resize'];
const lines = (text: string) => text.split('\n').filter((line) => line !== '');

test('the top of a directory, or with -r its tree; -g chooses; the closing line counts', async (t) => {
  const cwd = await makeTree(t);
  await savePngs(join(cwd, 'in'), ['a.png', 'b.png', 'deep/c.png', 'deep/er/d.png'], 12, 8);
  await writeFile(join(cwd, 'in/bad.png'), 'no image');
  const table: [string[], string[], RegExp][] = [
    [[], ['a.png', 'b.png'], /^Processed 2 of 3 images in \d+\.\d\d s \(0 skipped, 1 failed\)$/],
    [
      ['-r'],
      ['a.png', 'b.png', 'deep/c.png', 'deep/er/d.png'],
      /^Processed 4 of 5 images in \d+\.\d\d s \(0 skipped, 1 failed\)$/,
    ],
    [['-g', '[ac].png'], ['a.png'], /^Processed 1 of 1 images in .* \(0 skipped, 0 failed\)$/],
    [['-r', '-g', 'deep/**', '--exclude', 'er'], ['deep/c.png'], /^Processed 1 of 1 images/],
  ];
  for (const [index, [args, expected, closing]] of table.entries()) {
    const run = await srgan(['batch', 'in', `out${index}`, ...args, ...resize], { cwd });
    t.is(run.exitCode, run.stderr.includes('1 failed') ? 1 : 0, run.stderr);
    t.deepEqual(Object.keys(await filesBelow(join(cwd, `out${index}`))).sort(), expected);
    t.deepEqual(
      lines(run.stdout).sort(),
      expected.map((path) => join(`out${index}`, path)),
    );
    t.regex(lines(run.stderr).at(-1) ?? '', closing);
    t.regex(run.stderr, /^Batch \d{8}-\d{6}-[\da-f]{4}$/m);
  }
});

test('run again over results inside of the images: neither results nor journals are sources', async (t) => {
  const cwd = await makeTree(t);
  await savePngs(join(cwd, 'in'), numbered(3), 12, 8);
  for (const closing of [
    /^Processed 3 of 3 images .*\(0 skipped/,
    /^Processed 0 of 3 images .*\(3 skipped/,
  ]) {
    const run = await srgan(['batch', 'in', 'in/out', '-r', '-k', ...resize], { cwd });
    t.is(run.exitCode, 0, run.stderr);
    t.regex(lines(run.stderr).at(-1) ?? '', closing);
  }
  t.deepEqual((await readdir(join(cwd, 'in/out'))).sort(), ['.srgan', ...numbered(3)].sort());
  t.is((await readdir(join(cwd, 'in/out/.srgan'))).length, 2);
});

test('what makes no sense: exit 2, one sentence, nothing made', async (t) => {
  const cwd = await makeTree(t, { 'a.png': '', 'empty/': '', 'in/deep/a.png': '', 'out/x': '' });
  const table: [string[], RegExp][] = [
    [[], /^srgan: batch needs a directory of images and one for the results\.$/m],
    [['in'], /^srgan: batch needs a directory of images/m],
    [['gone', 'new'], /^srgan: gone: there is no such directory\.$/m],
    [['a.png', 'new'], /^srgan: a\.png: is not a directory, which batch takes\.$/m],
    [['empty', 'new'], /^srgan: empty: there is no image in it\.\n {2}Sub.*--recursive\.$/m],
    [['in', 'new'], /^srgan: in: there is no image in it\.\n {2}Sub.*--recursive\.$/m],
    [['in', 'new', '-r', '-g', '*.gif'], /^srgan: in: there is no image in it that matches \*\.gif\.$/m],
    [['in', 'a.png', '-r'], /^srgan: a\.png: is a file, but the results need a directory\.$/m],
    [['in', 'in', '-r'], /^srgan: in: is the directory of the images themselves\.$/m],
    [['in', 'new', 'third'], /^srgan: Unexpected argument: third\.?$/m],
    [['in', 'new', '-r', '--batch-id', '../x'], /^srgan: '\.\.\/x' cannot be the id of a batch\.$/m],
    [['in', 'new', '-r', '--batch-id', 'con'], /^srgan: 'con' cannot be the id of a batch\.$/m],
    [['in', 'new', '--resume', 'x'], /^srgan: There is no batch x in new\.$/m],
    [['--resume', 'x'], /^srgan: --resume needs the output directory of the batch\.$/m],
    [['in', 'new', '--webhook', 'ftp://x/y'], /^srgan: --webhook needs a URL that starts with http/m],
    [['in', 'new', '--webhook', 'x'], /^srgan: --webhook needs a URL that starts with http/m],
    [['in', 'new', '--sequential', '-t', '3'], /^srgan: .*--threads.*--sequential/m],
    [
      ['in', 'new', '-k', '--overwrite'],
      /^srgan: .*--overwrite.*--skip-existing|--skip-existing.*--overwrite/m,
    ],
    [['in', 'new', '-r', '--model', 'nope'], /^srgan: nope: no network has this name\.$/m],
    [['status', 'gone'], /^srgan: gone: there is no such directory\.$/m],
    [['status', 'out'], /^srgan: There is no batch in out\.$/m],
    [['status', 'out', '--batch-id', 'x'], /^srgan: There is no batch x in out\.$/m],
    [['list', 'gone'], /^srgan: gone: there is no such directory\.$/m],
  ];
  for (const [args, message] of table) {
    const { exitCode, stdout, stderr } = await srgan(['batch', ...args], { cwd });
    const line = `srgan batch ${args.join(' ')}: ${stderr}`;
    t.is(exitCode, 2, line);
    t.is(stdout, '', line);
    t.regex(stderr, message, line);
    t.false(stderr.includes('    at '), line);
  }
  t.deepEqual((await readdir(cwd)).sort(), ['a.png', 'empty', 'in', 'out']);
});

test('the same bytes for any number of threads and one by one, with failures among them', async (t) => {
  const cwd = await makeTree(t);
  const from = join(cwd, 'in');
  await mkdir(from);
  const sizes = [
    [9, 7],
    [64, 48],
    [100, 60],
    [33, 90],
  ] as const;
  for (const [index, [widthPx, heightPx]] of sizes.entries()) {
    const of = (channels: 1 | 2 | 3 | 4, bits: 8 | 16 = 8) =>
      pipelineOf(draw({ widthPx, heightPx, channels, bits, seed: index + 1 }));
    await save(join(from, `${index}-rgba.png`), of(4).png());
    await save(join(from, `${index}-gray16.png`), of(1, 16).png());
    await save(join(from, `${index}-rgb.jpg`), of(3).jpeg({ quality: 90 }));
    await save(join(from, `${index}-rgb.webp`), of(3).webp({ quality: 80 }));
    await save(join(from, `${index}-rgb.tif`), of(3).tiff({ compression: 'deflate' }));
    await save(join(from, `${index}.gif`), pipelineOf(draw({ widthPx, heightPx: 12, pages: 3 })).gif());
  }
  const png = await readFile(join(from, '1-rgba.png'));
  await writeFile(join(from, 'cut.png'), png.subarray(0, png.length - 300));
  await writeFile(join(from, 'empty.jpg'), '');
  await writeFile(join(from, 'text.webp'), 'no image');

  const results = [];
  for (const args of [
    ['--sequential'],
    ...['1', '2', '5'].map((threads) => ['--threads', threads]),
    ['--threads', '3', '--chunk-size', '1'],
  ]) {
    const out = `out${args.join('')}`;
    const run = await srgan(['batch', 'in', out, '--tile', '48', '--ndjson-out', ...args], { cwd });
    t.is(run.exitCode, 1, run.stderr);
    t.regex(lines(run.stderr).at(-1) ?? '', /^Processed 24 of 27 images in .* \(0 skipped, 3 failed\)$/);
    const ends = lines(run.stdout).map((line) => JSON.parse(line) as { src: string; code?: string });
    results.push({
      files: await filesBelow(join(cwd, out)),
      failed: ends.flatMap(({ src, code }) => (code === undefined ? [] : [`${src} ${code}`])).sort(),
    });
  }
  const [reference, ...others] = results;
  t.is(Object.keys(reference!.files).length, 24);
  for (const other of others) t.deepEqual(other, reference);
});

test('status and list tell of batches; the environment and the configuration file give defaults', async (t) => {
  const cwd = await makeTree(t, {
    'srgan.config.json': '{"engine": "resize", "scale": 3, "files-from": "x"}',
  });
  await savePngs(join(cwd, 'in'), numbered(3), 12, 8);
  await writeFile(join(cwd, 'in/bad.png'), '');
  const env = { SRGAN_GLOB: '00* bad*', SRGAN_RESUME: 'x' };
  t.is((await srgan(['batch', 'in', 'out', '--batch-id', 'first'], { cwd, env })).exitCode, 1);
  t.is((await sharp(join(cwd, 'out/000.png')).metadata()).width, 36);
  t.is((await srgan(['batch', 'in', 'out', '--batch-id', 'second', '-k'], { cwd })).exitCode, 1);

  const status = async (...args: string[]) => {
    const { exitCode, stdout, stderr } = await srgan(['batch', 'status', 'out', '--json', ...args], { cwd });
    t.is(exitCode, 0, stderr);
    return JSON.parse(stdout) as Record<string, unknown>;
  };
  const failures = [{ src: join(cwd, 'in/bad.png'), code: 'E_EMPTY' }];
  t.like(await status(), {
    id: 'second',
    state: 'finished',
    total: 4,
    counts: { done: 0, skipped: 3, failed: 1 },
  });
  const first = await status('--batch-id', 'first');
  t.like(first, { id: 'first', state: 'finished', total: 4, counts: { done: 3, skipped: 0, failed: 1 } });
  t.like((first.failures as unknown[])[0], failures[0]!);
  const text = await srgan(['batch', 'status', '--batch-id', 'first'], { cwd: join(cwd, 'out') });
  t.regex(text.stdout, /^Batch first: finished\n {2}4 of 4 images: 3 done, 0 copied, 0 skipped, 1 failed$/m);
  t.regex(text.stdout, /^ {2}E_EMPTY .*bad\.png: is empty\.$/m);

  const list = await srgan(['batch', 'list', 'out'], { cwd });
  t.deepEqual(
    lines(list.stdout).map((line) => line.split(/ {2,}/)[0]),
    ['ID', 'second', 'first'],
  );
  const json = await srgan(['batch', 'list', 'out', '--json'], { cwd });
  t.deepEqual(
    (JSON.parse(json.stdout) as { id: string }[]).map(({ id }) => id),
    ['second', 'first'],
  );
  t.is((await srgan(['batch', 'list', 'in', '--json'], { cwd })).stdout, '[]\n');
  const taken = await srgan(['batch', 'in', 'out', '--batch-id', 'first'], { cwd });
  t.is(taken.exitCode, 2);
  t.regex(taken.stderr, /first\.ndjson: this journal is there already\.\n {2}Take it up with --resume/);
});

test('a dry run leaves nothing behind', async (t) => {
  const cwd = await makeTree(t);
  await savePngs(join(cwd, 'in'), numbered(2), 12, 8);
  const { exitCode, stdout, stderr } = await srgan(['batch', 'in', 'out', '--dry-run'], { cwd });
  t.is(exitCode, 0, stderr);
  t.regex(stdout, /^ACTION /);
  t.deepEqual(await readdir(cwd), ['in']);
});

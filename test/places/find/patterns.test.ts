import { chmod, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import type { PipeOptions } from '../../../src/contract/options.js';
import { find } from '../../../src/flow/stages/find.js';
import { collect } from '../../helpers/collect.js';
import { settingsOf } from '../../helpers/settings.js';
import { makeTree, type Tree } from '../../helpers/tree.js';

const never = new AbortController().signal;

const native = (name: string) => name.split('/').join(path.sep);

async function sourcesOf(patterns: string[], options: Omit<PipeOptions, 'inputs'> = {}) {
  return collect(find(await settingsOf({ inputs: patterns, ...options }), never));
}

/** Paths below the tree's root, in the order in which they were found. */
async function foundIn(
  t: ExecutionContext,
  tree: Tree | readonly string[],
  patterns: string[],
  options: Omit<PipeOptions, 'inputs'> = {},
) {
  const root = await makeTree(t, tree);
  const absolute = patterns.map((pattern) =>
    pattern.startsWith('!') ? `!${root}/${pattern.slice(1)}` : `${root}/${pattern}`,
  );
  const sources = await sourcesOf(absolute, { ...options, out: options.out && path.join(root, options.out) });
  return {
    root,
    sources,
    paths: sources.map((source) => path.relative(root, source.path).split(path.sep).join('/')),
    relative: sources.map((source) => source.relativePath.split(path.sep).join('/')),
  };
}

test('a glob returns files in natural order, mirrored from where its magic begins', async (t) => {
  const tree = ['in/a10.png', 'in/a2.png', 'in/a2/x.png', 'in/a10/y.png', 'in/b.jpg', 'in/B1.png', 'top.png'];
  const { paths, relative, sources } = await foundIn(t, tree, ['in/**/*.png']);
  t.deepEqual(paths, ['in/a2/x.png', 'in/a2.png', 'in/a10/y.png', 'in/a10.png', 'in/B1.png']);
  t.deepEqual(relative, ['a2/x.png', 'a2.png', 'a10/y.png', 'a10.png', 'B1.png']);
  t.deepEqual(
    sources.map(({ index }) => index),
    [0, 1, 2, 3, 4],
  );
});

test('braces, classes, extglobs and depth', async (t) => {
  const tree = ['in/x/1.png', 'in/y/2.jpg', 'in/z/3.png', 'in/x/deep/4.png', 'in/5.png', 'in/6.webp'];
  const found = async (pattern: string) => (await foundIn(t, tree, [pattern])).paths;
  t.deepEqual(await found('in/{x,y}/*.{png,jpg}'), ['in/x/1.png', 'in/y/2.jpg']);
  t.deepEqual(await found('in/[xz]/*.png'), ['in/x/1.png', 'in/z/3.png']);
  t.deepEqual(await found('in/*.@(png|webp)'), ['in/5.png', 'in/6.webp']);
  t.deepEqual(await found('in/*/*.png'), ['in/x/1.png', 'in/z/3.png']);
  t.deepEqual(await found('in/{x/1,5}.png'), ['in/5.png', 'in/x/1.png']);
  t.deepEqual(await found('in/?.p*'), ['in/5.png']);
  t.deepEqual(await found('nothing/**/*.png'), []);
  t.deepEqual(await found('in/*.tiff'), []);
});

test('braces over directories are mirrored from where they begin', async (t) => {
  const { relative } = await foundIn(t, ['in/x/1.png', 'in/y/1.png'], ['in/{y,x}/*.png']);
  t.deepEqual(relative, ['x/1.png', 'y/1.png']);
});

test('extensions are case-insensitive, names are not', async (t) => {
  const tree = ['a1.PNG', 'b.Png', 'c.png'];
  t.deepEqual((await foundIn(t, tree, ['*.png'])).paths, tree);
  t.deepEqual((await foundIn(t, tree, ['*.PNG'])).paths, tree);
  t.deepEqual((await foundIn(t, tree, ['*.@(png|jpg)'])).paths, tree);
  if (process.platform === 'linux') t.deepEqual((await foundIn(t, tree, ['A*.png'])).paths, []);
});

test('a negation excludes by path or by name, in any position', async (t) => {
  const tree = ['in/a.png', 'in/b.png', 'in/skip/c.png', 'in/skip/deep/d.png', 'in/x/b.png'];
  const found = async (...patterns: string[]) => (await foundIn(t, tree, patterns)).paths;
  t.deepEqual(await found('in/**/*.png', '!in/skip/**'), ['in/a.png', 'in/b.png', 'in/x/b.png']);
  t.deepEqual(await found('!in/skip/', 'in'), ['in/a.png', 'in/b.png', 'in/x/b.png']);
  t.deepEqual(await found('!in/b.PNG', 'in'), [
    'in/a.png',
    'in/skip/c.png',
    'in/skip/deep/d.png',
    'in/x/b.png',
  ]);
  t.deepEqual(await found('in/a.png', 'in/b.png', '!in/b*'), ['in/a.png']);

  const root = await makeTree(t, tree);
  const byName = await sourcesOf([`${root}/in`, '!b.png', '!**/deep/**']);
  t.deepEqual(
    byName.map((source) => source.relativePath),
    [native('a.png'), native('skip/c.png')],
  );
});

test('a directory contributes its images except hidden ones', async (t) => {
  const tree = [
    'in/a.png',
    'in/b.JPEG',
    'in/c.txt',
    'in/d.tif',
    'in/.hidden.png',
    'in/.srgan/e.png',
    'in/x/f.webp',
    'in/x/noext',
  ];
  const { paths, relative } = await foundIn(t, tree, ['in']);
  t.deepEqual(relative, ['a.png', 'b.JPEG', 'd.tif', 'x/f.webp']);
  t.deepEqual(
    paths,
    relative.map((name) => `in/${name}`),
  );
  t.deepEqual((await foundIn(t, tree, ['in/'], { recursive: false })).relative, ['a.png', 'b.JPEG', 'd.tif']);
});

test('include and exclude match by name or by path below the base', async (t) => {
  const tree = ['in/a.png', 'in/a_small.png', 'in/x/a.jpg', 'in/x/b.png', 'in/y/b.png'];
  const found = async (pattern: string, options: Pick<PipeOptions, 'include' | 'exclude'>) =>
    (await foundIn(t, tree, [pattern], options)).relative;
  t.deepEqual(await found('in', { exclude: ['*_small.*'] }), ['a.png', 'x/a.jpg', 'x/b.png', 'y/b.png']);
  t.deepEqual(await found('in', { include: ['*.PNG'], exclude: ['x'] }), ['a.png', 'a_small.png', 'y/b.png']);
  t.deepEqual(await found('in', { include: ['x/**', 'y/b.png'] }), ['x/a.jpg', 'x/b.png', 'y/b.png']);
  t.deepEqual(await found('in/**/*.png', { exclude: ['x/*', 'a*'] }), ['y/b.png']);
  t.deepEqual(await found('in/a_small.png', { exclude: ['*_small*'] }), []);
});

test('an existing file takes precedence over a glob, and a missing file is reported when it is opened', async (t) => {
  const tree = ['a[1].png', 'a1.png', '{b,c}.png', '*.png'].filter(
    (name) => process.platform !== 'win32' || !name.includes('*'),
  );
  t.deepEqual((await foundIn(t, tree, ['a[1].png'])).paths, ['a[1].png']);
  t.deepEqual((await foundIn(t, tree, ['{b,c}.png'])).paths, ['{b,c}.png']);
  t.deepEqual((await foundIn(t, tree, ['missing.png'])).paths, ['missing.png']);
  if (process.platform !== 'win32') t.deepEqual((await foundIn(t, tree, ['*.png'])).paths, ['*.png']);
});

test.serial(
  'odd names come through: spaces, emoji, dashes, newlines, brackets in the directory too',
  async (t) => {
    const names = [
      '-rf.png',
      'a b.png',
      '😀.png',
      ...(process.platform === 'win32' ? [] : ['new\nline.png', 'back\\slash.png']),
    ];
    const directory = 'in [1] (x) {a,b} +@';
    const { root, paths } = await foundIn(
      t,
      names.map((name) => `${directory}/${name}`),
      [directory],
    );
    t.deepEqual(paths.map((name) => name.slice(directory.length + 1)).sort(), names.sort());

    const before = process.cwd();
    process.chdir(path.join(root, directory));
    const all = await sourcesOf(['*.png', '!./a b.png']);
    const dashed = await sourcesOf(['-rf.png', './**/😀*', '../*/a b.png']);
    process.chdir(before);
    t.deepEqual(
      all.map((source) => source.path).sort(),
      names.filter((name) => name !== 'a b.png'),
    );
    t.deepEqual(
      dashed.map((source) => source.path),
      ['-rf.png', '😀.png', native(`../${directory}/a b.png`)],
    );
  },
);

test('files alone are mirrored from their common directory', async (t) => {
  const tree = ['in/x/a.png', 'in/x/deep/b.png', 'in/y/c.png'];
  t.deepEqual((await foundIn(t, tree, ['in/x/a.png', 'in/y/c.png'])).relative, ['x/a.png', 'y/c.png']);
  t.deepEqual((await foundIn(t, tree, ['in/x/a.png', 'in/x/deep/b.png'])).relative, ['a.png', 'deep/b.png']);
  t.deepEqual((await foundIn(t, tree, ['in/y/c.png'])).relative, ['c.png']);
});

test('an explicit base is mirrored, and files outside it stay in the output directory', async (t) => {
  const root = await makeTree(t, ['in/x/a.png', 'other/b.png']);
  const sources = await sourcesOf([`${root}/in/x/*.png`, `${root}/other/b.png`], {
    base: path.join(root, 'in'),
  });
  t.is(sources[0]?.relativePath, native('x/a.png'));
  t.true(sources[1]?.relativePath.endsWith(native('other/b.png')));
  t.false(path.isAbsolute(sources[1]?.relativePath ?? '/'));
});

test('a file that several patterns match is one source', async (t) => {
  const tree = ['in/a.png', 'in/x/b.png'];
  const { paths } = await foundIn(t, tree, ['in/x/../a.png', 'in/**/*.png', 'in', 'in/*.{png,PNG,p*}']);
  t.deepEqual(paths, ['in/a.png', 'in/x/b.png']);
});

test('the output directory is never walked, whether or not it exists yet', async (t) => {
  const root = await makeTree(t, ['in/a.png', 'in/b/c.png', 'in/out/old.png']);
  const inputs = [`${root}/in/**/*.png`];
  t.deepEqual(
    (await sourcesOf(inputs, { out: path.join(root, 'in', 'out') })).map((source) => source.relativePath),
    ['a.png', native('b/c.png')],
  );
  const out = path.join(root, 'in', 'later', 'out');
  const names: string[] = [];
  for await (const source of find(await settingsOf({ inputs: [`${root}/in`], out }), never)) {
    names.push(source.relativePath);
    await mkdir(out, { recursive: true });
    await writeFile(path.join(out, path.basename(source.path)), '');
  }
  t.deepEqual(names, ['a.png', native('b/c.png'), native('out/old.png')]);
});

test('a directory named like an image is a source of a glob, and is walked if it is an argument', async (t) => {
  const tree = { 'in/x.png/inner.jpg': '', 'in/a.png': '', 'in/plain/': '' };
  t.deepEqual((await foundIn(t, tree, ['in/*.png'])).paths, ['in/a.png', 'in/x.png']);
  t.deepEqual((await foundIn(t, tree, ['in/*'])).paths, ['in/a.png', 'in/x.png']);
  t.deepEqual((await foundIn(t, tree, ['in/x.png'])).paths, ['in/x.png/inner.jpg']);
  t.deepEqual((await foundIn(t, tree, ['in'])).paths, ['in/a.png', 'in/x.png/inner.jpg']);
});

test('links are followed, and loops end', async (t) => {
  const tree: Tree = {
    'in/a.png': '',
    'in/self': { link: '.' },
    'in/x/up': { link: '../..' },
    'in/x/b.png': '',
    'in/side': { link: '../other' },
    'in/linked.png': { link: 'a.png' },
    'in/broken.png': { link: 'nowhere.png' },
    'other/c.png': '',
    'other/back': { link: '../in' },
  };
  const expected = ['a.png', 'broken.png', 'linked.png', 'side/c.png', 'x/b.png'];
  // x/up leads to the root of all, and from there to the other directory, but never to in again
  const all = [...expected.slice(0, -1), 'x/b.png', 'x/up/other/c.png'];
  t.deepEqual((await foundIn(t, tree, ['in'])).relative, all);
  t.deepEqual((await foundIn(t, tree, ['in/**/*.png'])).relative, all);
});

test.serial('an unreadable directory is a failure', async (t) => {
  if (process.platform === 'win32') {
    t.pass('permissions are not the same there');
    return;
  }
  const { root } = await foundIn(t, ['in/closed/a.png', 'in/b.png'], ['in']);
  const closed = path.join(root, 'in', 'closed');
  await chmod(closed, 0);
  const { getuid, seteuid } = process;
  const isRoot = getuid?.() === 0;
  if (isRoot) {
    await chmod(root, 0o755);
    seteuid?.(65534);
  }
  try {
    const sources = await sourcesOf([`${root}/in`]);
    t.deepEqual(
      sources.map((source) => [source.path, source.invalid?.code]),
      [
        [path.join(root, 'in', 'b.png'), undefined],
        [closed, 'E_ACCESS'],
      ],
    );
  } finally {
    if (isRoot) seteuid?.(0);
    await chmod(closed, 0o700);
  }
});

import path from 'node:path';
import test from 'ava';
import { ownResults } from '../../../src/places/find/own-results.js';
import { filesBelow, makeTree, type Tree } from '../../helpers/tree.js';
import { shell } from '../../helpers/cli.js';
import { draw, pipelineOf } from '../../helpers/images.js';

async function results(
  t: Parameters<typeof makeTree>[0],
  tree: Tree | readonly string[],
  options: { out?: string; suffix?: string; name?: string; base?: string },
) {
  const root = await makeTree(t, tree);
  const at = (name: string) => path.join(root, name);
  const { out, base, ...rest } = options;
  const isResult = ownResults(
    { ...rest, ...(out !== undefined && { out: at(out) }) },
    base === undefined ? root : at(base),
  );
  const names = Object.keys(await filesBelow(root)).sort();
  const told = await Promise.all(names.map(async (name) => ((await isResult(at(name))) ? [name] : [])));
  return told.flat();
}

const image = (widthPx: number, heightPx: number) => pipelineOf(draw({ widthPx, heightPx })).png().toBuffer();

test('beside the sources: a name with a suffix, and the aspect ratio of the image without it', async (t) => {
  const [small, double, wide, other] = [
    await image(8, 6),
    await image(16, 12),
    await image(80, 60),
    await image(16, 16),
  ];
  const tree = {
    'a.png': small,
    'a_2x.png': double,
    'a_2x.webp': double,
    'a_10x.png': wide,
    'a_80w.png': wide,
    'a_4x.png': double,
    'a_1.5x.png': other,
    'b_2x.png': double,
    'c.txt': '',
    'c_2x.png': double,
    '_2x.png': double,
    'd/a_2x.png': double,
    'e.png': 'damaged',
    'e_2x.png': double,
  };
  t.deepEqual(await results(t, tree, {}), ['a_10x.png', 'a_2x.png', 'a_2x.webp', 'a_80w.png']);
  const named = { 'a.png': small, 'a_2x.png': double, 'a-big.png': double };
  t.deepEqual(await results(t, named, { suffix: '-big' }), ['a-big.png']);
  t.deepEqual(await results(t, named, { name: '{name}_2x.{ext}' }), []);
});

test('an output directory below the base: all of it', async (t) => {
  const tree = ['a.png', 'out/a.png', 'out/gone.png', 'outer/a.png', 'in/out/a.png'];
  t.deepEqual(await results(t, tree, { out: 'out' }), ['out/a.png', 'out/gone.png']);
});

test('an output directory elsewhere: files with the name of a source', async (t) => {
  const tree = ['in/a.png', 'in/b.png', 'all/a.webp', 'all/other.png', 'all/x/b.png'];
  t.deepEqual(await results(t, tree, { out: 'all', base: 'in' }), ['all/a.webp']);
  t.deepEqual(await results(t, ['in/a.png', 'a.png', 'b.png'], { out: '.', base: 'in' }), ['a.png']);
});

test('a link to the output directory is resolved', async (t) => {
  const tree: Tree = { 'out/a.png': '', 'b.png': '', link: { link: 'out' } };
  const root = await makeTree(t, tree);
  const isResult = ownResults({ out: path.join(root, 'out') }, root);
  t.true(await isResult(path.join(root, 'link', 'a.png')));
  t.false(await isResult(path.join(root, 'b.png')));
});

for (const [line, expected] of [
  ["find . -name '*.png' -print0 | $SRGAN pipe -0 - out", 'in/a.png in/d/b.png out/in/a.png out/in/d/b.png'],
  ["find in -name '*.png' | $SRGAN pipe -", 'in/a.png in/a_2x.png in/d/b.png in/d/b_2x.png'],
] as const) {
  test(`for ever: ${line}`, async (t) => {
    const image = await pipelineOf(draw({ widthPx: 12, heightPx: 9 }))
      .png()
      .toBuffer();
    const cwd = await makeTree(t, { 'in/a.png': image, 'in/d/b.png': image });
    const run = (flag: string) => shell(`${line.replace(' pipe', ' pipe --engine resize')} ${flag}`, { cwd });
    for (const flag of ['', '--skip-existing', '--overwrite']) {
      const { exitCode, stderr } = await run(flag);
      t.is(exitCode, 0, stderr);
      t.is(
        Object.keys(await filesBelow(cwd))
          .sort()
          .join(' '),
        expected,
      );
    }
    const { exitCode, stderr } = await run('');
    t.is(exitCode, 1);
    t.is(stderr.match(/E_EXISTS/g)?.length, 2, stderr);
  });
}

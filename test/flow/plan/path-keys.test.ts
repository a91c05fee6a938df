import { readdir } from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import { usualFolding, type Folding, openPathKeys, pathKey } from '../../../src/flow/plan/path-keys.js';
import { makeTree } from '../../helpers/tree.js';

function probing(folding: Folding) {
  const probed: string[] = [];
  const probe = (directory: string) => {
    probed.push(directory);
    return Promise.resolve(folding);
  };
  return { probed, probe };
}

test('what is folded makes one key, and only that', (t) => {
  const lower = '/x/\u00e9.png';
  const upper = '/X/\u00c9.png';
  const apart = '/x/e\u0301.png';
  const same = (a: string, b: string, folding: Folding) => pathKey(a, folding) === pathKey(b, folding);
  t.deepEqual(
    [
      { case: false, form: false },
      { case: true, form: false },
      { case: false, form: true },
      { case: true, form: true },
    ].map((folding) => [same(lower, upper, folding), same(lower, apart, folding)]),
    [
      [false, false],
      [true, false],
      [false, true],
      [true, true],
    ],
  );
  t.true(same(upper, apart, { case: true, form: true }));
});

test('a file system is tried once, in the deepest directory that is there; its sources go by it', async (t) => {
  const root = await makeTree(t, ['in/A.png', 'out/']);
  const { probed, probe } = probing({ case: true, form: true });
  const keyOf = openPathKeys({ out: path.join(root, 'out', 'new', 'deep'), dryRun: false }, probe);
  const [input, ...outputs] = await Promise.all([
    keyOf(path.join(root, 'in', 'A.png')),
    keyOf(path.join(root, 'out', 'new', 'deep', 'x', 'A.png')),
    keyOf(path.join(root, 'out', 'new', 'deep', 'X', '..', 'x', 'a.png')),
  ]);
  t.is(input, await keyOf(path.join(root, 'in', 'a.png')));
  t.is(outputs[0], outputs[1]);
  t.deepEqual(probed, [path.join(root, 'out')]);
});

test('nothing is written into directories of sources where the results go elsewhere', async (t) => {
  const root = await makeTree(t, ['in/A.png', 'out/']);
  const file = path.join(root, 'in', 'A.png');
  const elsewhere = probing({ case: true, form: true });
  await openPathKeys({ out: path.join(root, 'out'), dryRun: false }, elsewhere.probe)(file);
  t.deepEqual(elsewhere.probed, [path.join(root, 'out')]);
  const beside = probing({ case: true, form: true });
  await openPathKeys({ out: undefined, dryRun: false }, beside.probe)(file);
  t.deepEqual(beside.probed, [path.join(root, 'in')]);
});

test('where nothing can be tried the platform counts, until another directory there tells', async (t) => {
  const root = await makeTree(t, ['locked/A.png', 'open/A.png']);
  const folding = { case: true, form: true };
  const keyOf = openPathKeys({ out: undefined, dryRun: false }, (directory) =>
    path.basename(directory) === 'locked' ? Promise.reject(new Error('EACCES')) : Promise.resolve(folding),
  );
  const locked = path.join(root, 'locked', 'A.png');
  const open = path.join(root, 'open', 'A.png');
  t.is(await keyOf(locked), pathKey(locked, usualFolding()));
  t.is(await keyOf(open), pathKey(open, folding));
});

test('a dry run goes by the platform and makes no file', async (t) => {
  const root = await makeTree(t);
  const { probed, probe } = probing({ case: true, form: true });
  const keyOf = openPathKeys({ out: root, dryRun: true }, probe);
  const file = path.join(root, 'A.png');
  t.is(await keyOf(file), pathKey(file, usualFolding()));
  t.deepEqual([probed, await readdir(root)], [[], []]);
});

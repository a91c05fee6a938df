import { readdir } from 'node:fs/promises';
import test from 'ava';
import { probeFolding, usualFolding } from '../../../src/flow/plan/path-keys.js';
import { ownerOf } from '../../../src/system/files/temp-files.js';
import { makeTree } from '../../helpers/tree.js';
import { onLinux } from '../../helpers/where.js';

test('each is tried with a temp file under a name that differs in nothing else', async (t) => {
  const asked: [made: string, asked: string][] = [];
  const folding = await probeFolding('x', (_, made, other) => {
    asked.push([made, other]);
    return Promise.resolve(made.toLowerCase() === other.toLowerCase());
  });
  t.deepEqual(folding, { case: true, form: false });
  const [cases, forms] = asked;
  t.not(cases![0], cases![1]);
  t.is(cases![0], cases![1].toLowerCase());
  t.not(forms![0], forms![1]);
  t.is(forms![0], forms![1].normalize('NFC'));
  for (const [made] of asked)
    t.deepEqual(ownerOf(made), { kind: 'here', pid: process.pid }, 'a later run would not sweep it');
});

test('where no other letters than ASCII can be tried, forms are as usual; where nothing can, it throws', async (t) => {
  const usual = usualFolding();
  const folding = await probeFolding('x', (_, made) =>
    made.includes('\u00e9') ? Promise.reject(new Error('EINVAL')) : Promise.resolve(!usual.case),
  );
  t.deepEqual(folding, { case: !usual.case, form: usual.form });
  await t.throwsAsync(
    probeFolding('x', () => Promise.reject(new Error('EROFS'))),
    { message: 'EROFS' },
  );
  t.deepEqual(usualFolding('darwin'), { case: true, form: true });
  t.deepEqual(usualFolding('linux'), { case: false, form: false });
});

onLinux('where temporary files lie, nothing is folded and nothing is left', async (t) => {
  const root = await makeTree(t);
  t.deepEqual(await probeFolding(root), { case: false, form: false });
  t.deepEqual(await readdir(root), []);
});

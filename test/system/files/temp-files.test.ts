import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { untrackTempPath, trackTempPath, removeTempFilesNow } from '../../../src/system/files/temp-files.js';
import { makeTree } from '../../helpers/tree.js';

test('removes tracked files and directories, tolerates missing and unremovable ones, and leaves the rest', async (t) => {
  const dir = await makeTree(t, { a: '', b: '', c: '', 'd/e': '' });
  for (const name of ['c/below-a-file', 'gone', 'a', 'b', 'd']) trackTempPath(join(dir, name));
  untrackTempPath(join(dir, 'b'));
  removeTempFilesNow();
  t.deepEqual((await readdir(dir)).sort(), ['b', 'c']);
});

test('removes a tracked directory with its contents', async (t) => {
  const dir = await makeTree(t, { 'ours/a/b': '', 'kept/a': '' });
  for (const name of ['ours', 'kept', 'gone']) trackTempPath(join(dir, name));
  untrackTempPath(join(dir, 'kept'));
  removeTempFilesNow();
  t.deepEqual(await readdir(dir), ['kept']);
});

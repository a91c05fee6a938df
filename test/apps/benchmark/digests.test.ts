import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { differing, digestsOf } from '../../../src/apps/benchmark/digests.js';
import { makeTree } from '../../helpers/tree.js';

test('one bit that differs shows, and so does a file that one side lacks', async (t) => {
  const dir = await makeTree(t, { a: 'same', b: 'ab', c: 'only before' });
  const before = await digestsOf(dir);
  t.deepEqual(differing(before, await digestsOf(dir)), []);
  await writeFile(join(dir, 'b'), 'ac');
  const other = await makeTree(t, { a: 'same', b: 'ac', d: 'only after' });
  t.deepEqual(differing(before, await digestsOf(dir)), ['b']);
  t.deepEqual(differing(before, await digestsOf(other)), ['b', 'c', 'd']);
});

import test from 'ava';
import { chooseImages, evenly } from '../../../src/apps/model-comparison/choose-images.js';
import { makeTree } from '../../helpers/tree.js';

test('a sample is even over all there are, in their order', async (t) => {
  t.deepEqual(evenly(3, 10), [0, 1, 2]);
  t.deepEqual(evenly(10, 2), [2, 7]);
  t.deepEqual(evenly(9, 3), [1, 4, 7]);
  const cwd = await makeTree(
    t,
    Array.from({ length: 12 }, (_, i) => `hr/a${i}.png`),
  );
  const { sources, found } = await chooseImages([`${cwd}/hr`], 3, new AbortController().signal);
  t.is(found, 12);
  t.deepEqual(
    sources.map(({ relativePath }) => relativePath),
    ['a2.png', 'a6.png', 'a10.png'],
  );
  await t.throwsAsync(chooseImages([`${cwd}/none*`], 3, new AbortController().signal), {
    code: 'E_NO_INPUT',
  });
});

import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { isSameMaker, madeBy, thisMaker } from '../../../src/flow/journal/key.js';
import { srgan } from '../../helpers/cli.js';
import { savePngs, numbered } from '../../helpers/pngs.js';
import { makeTree } from '../../helpers/tree.js';

test('what makes results is named with versions', async (t) => {
  const { srgan: version, sharp, libvips, kernels, onnxruntime } = await thisMaker({ engine: 'resize' });
  for (const each of [version, sharp, libvips]) t.regex(each ?? '', /^\d+\.\d+/);
  t.deepEqual([kernels, onnxruntime], [undefined, undefined]);
  t.true(isSameMaker({ a: '1' }, { a: '1' }));
  t.false(isSameMaker({ a: '1' }, { a: '1', b: '2' }));
  t.false(isSameMaker(undefined, { a: '1' }));
  t.is(madeBy({ a: '1', b: '2' }, { a: '1', c: '3' }), 'with b 2 (now none), c (none) (now 3)');
});

for (const [journal, how] of [
  ['of another libvips', 'with libvips 8.0.0 \\(now [\\d.]+\\)'],
  ['of before versions were noted', 'by an earlier version of srgan'],
] as const) {
  test(`a journal ${journal}: its results are kept, or made anew with --resume=strict`, async (t) => {
    const names = numbered(3);
    const cwd = await makeTree(t);
    await savePngs(join(cwd, 'in'), names, 12, 9);
    const run = async (flag: string) => {
      const { exitCode, stdout, stderr } = await srgan(
        ['pipe', 'in', 'out', '--engine', 'resize', '--json', flag],
        { cwd },
      );
      t.is(exitCode, 0, stderr);
      const { images } = JSON.parse(stdout) as { images: { status: string }[] };
      const count = (status: string) => images.filter((image) => image.status === status).length;
      const said = stderr.split('\n').filter((line) => line.includes('of the journal'));
      return { said: said.join('\n'), done: count('done'), skipped: count('skipped') };
    };
    t.like(await run('--resume'), { done: 3, said: '' });
    const file = join(cwd, 'out/.srgan/journal.ndjson');
    const text = await readFile(file, 'utf8');
    const changed = journal.includes('libvips')
      ? text.replace(/"libvips":"[^"]*"/, '"libvips":"8.0.0"')
      : text.replace(/"maker":\{[^}]*\},/, '');
    t.not(changed, text);
    await writeFile(file, changed);

    const kept = await run('--resume');
    t.like(kept, { done: 0, skipped: 3 });
    t.regex(kept.said, new RegExp(`^3 results of the journal were made ${how}: kept .*--resume=strict`, 'm'));

    const anew = await run('--resume=strict');
    t.like(anew, { done: 3, skipped: 0 });
    t.regex(anew.said, new RegExp(`^3 results of the journal were made ${how}: made anew\\.$`, 'm'));

    t.like(await run('--resume=strict'), { done: 0, skipped: 3, said: '' });
    t.like(await run('--resume'), { done: 0, skipped: 3, said: '' });
  });
}

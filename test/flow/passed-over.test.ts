import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { pipe } from '../../src/index.js';
import { unreadSentence } from '../../src/places/find/image-names.js';
import { summaryLines } from '../../src/report/summary-text.js';
import { draw, pipelineOf, save } from '../helpers/images.js';
import { temporaryDirectory } from '../helpers/temporary-directory.js';

test('images of kinds that are not read are counted, and told in one line', async (t) => {
  const directory = await temporaryDirectory(t);
  const source = join(directory, 'in');
  await mkdir(join(source, 'deep'), { recursive: true });
  await save(join(source, 'a.png'), pipelineOf(draw()).png());
  for (const name of ['b.tga', 'c.TGA', 'deep/d.jp2', 'notes.txt', '.hidden.tga', 'left.psd']) {
    await writeFile(join(source, name), 'x');
  }
  const options = { out: join(directory, 'out'), engine: 'resize', exclude: ['*.psd'] } as const;
  const summary = await pipe({ ...options, inputs: [source] });
  t.deepEqual(summary.passedOver, { tga: 2, jp2: 1 });
  const lines = summaryLines(summary, { verbose: false });
  t.true(lines.includes('3 files of unsupported kinds were ignored: 2 tga, 1 jp2.'), lines.join('\n'));
  const glob = await pipe({ ...options, out: join(directory, 'globbed'), inputs: [join(source, '*.png')] });
  t.deepEqual(glob.passedOver, {});
  const error = await t.throwsAsync(pipe({ ...options, inputs: [join(source, 'deep')] }));
  t.like(error, { code: 'E_NO_INPUT', hint: '1 file of an unsupported kind was ignored: 1 jp2.' });
  t.is(unreadSentence({}), undefined);
});

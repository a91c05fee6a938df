import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { savePage } from '../../src/report/html.js';
import { temporaryDirectory } from '../helpers/temporary-directory.js';

test('writes a page, in a new directory too, and leaves nothing else', async (t) => {
  const directory = join(await temporaryDirectory(t), 'new', 'reports');
  await savePage(join(directory, 'page.html'), 'first');
  await savePage(join(directory, 'page.html'), 'second');
  t.deepEqual(await readdir(directory), ['page.html']);
  t.is(await readFile(join(directory, 'page.html'), 'utf8'), 'second');
});

test('never replaces one of its input images, under any name', async (t) => {
  const directory = await temporaryDirectory(t);
  const input = join(directory, 'a.png');
  await writeFile(input, 'image');
  const names = [input, join(directory, '.', 'sub', '..', 'a.png')];
  await mkdir(join(directory, 'sub'));
  if (process.platform !== 'win32') {
    await symlink(input, join(directory, 'link.html'));
    names.push(join(directory, 'link.html'));
  }
  for (const name of names) {
    await t.throwsAsync(savePage(name, 'page', [input]), { code: 'E_OVERWRITE_INPUT' });
  }
  t.is(await readFile(input, 'utf8'), 'image');
});

test('says why it cannot be written, and leaves no partial file', async (t) => {
  const directory = await temporaryDirectory(t);
  await mkdir(join(directory, 'page.html'));
  await t.throwsAsync(savePage(join(directory, 'page.html'), 'page'), {
    code: 'E_WRITE',
    message: /page\.html/,
  });
  t.deepEqual(await readdir(directory), ['page.html']);
});

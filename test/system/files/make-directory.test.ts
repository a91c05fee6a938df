import { readdir, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { makeDirectory } from '../../../src/system/files/make-directory.js';
import { temporaryDirectory } from '../../helpers/temporary-directory.js';
import { testWhere } from '../../helpers/where.js';

test('makes what is missing, by many at a time, and leaves what is there', async (t) => {
  const dir = await temporaryDirectory(t);
  const deep = join(dir, 'a/b/c/d');
  await Promise.all(Array.from({ length: 20 }, () => makeDirectory(deep)));
  await writeFile(join(deep, 'kept'), '');
  await makeDirectory(deep);
  await makeDirectory('.');
  await makeDirectory('/');
  t.deepEqual(await readdir(deep), ['kept']);
});

test('a file in the way is an error, a link to a directory is not', async (t) => {
  const dir = await temporaryDirectory(t);
  await writeFile(join(dir, 'file'), '');
  await t.throwsAsync(makeDirectory(join(dir, 'file')), { code: 'EEXIST' });
  await t.throwsAsync(makeDirectory(join(dir, 'file/below')), { code: 'ENOTDIR' });
  await makeDirectory(join(dir, 'real'));
  await symlink('real', join(dir, 'link'), 'dir');
  await makeDirectory(join(dir, 'link/below'));
  t.true((await stat(join(dir, 'real/below'))).isDirectory());
});

testWhere(process.platform === 'linux', 'only Linux has /proc')(
  'where the system never makes a directory it ends with the system’s error',
  async (t) => {
    await t.throwsAsync(makeDirectory('/proc/srgan/below'), { code: 'ENOENT' });
  },
);

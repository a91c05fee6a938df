import { readdir, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { makeDirectory, writeFailure } from '../../../src/system/files/write-files.js';
import { temporaryDirectory } from '../../helpers/temporary-directory.js';
import { testWhere } from '../../helpers/where.js';

test('creates missing directories, also concurrently, and keeps existing ones', async (t) => {
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
  'returns the system error where directories can never be created',
  async (t) => {
    await t.throwsAsync(makeDirectory('/proc/srgan/below'), { code: 'ENOENT' });
  },
);

const systemError = (code: string) => Object.assign(new Error(code), { code });

test('a full disk and an exhausted quota have their own code', (t) => {
  t.is(writeFailure('a.png', systemError('ENOSPC')).code, 'E_NOSPC');
  t.is(writeFailure('a.png', systemError('ENOSPC')).message, 'a.png: the disk is full.');
  t.is(writeFailure('a.png', systemError('EDQUOT')).code, 'E_NOSPC');
});

test('system errors are described in words and kept as the cause', (t) => {
  for (const code of ['EACCES', 'EPERM', 'EROFS', 'EIO', 'EMFILE', 'EFBIG']) {
    const cause = systemError(code);
    const error = writeFailure('a.png', cause);
    t.is(error.code, 'E_WRITE');
    t.not(error.message, 'a.png: writing failed.');
    t.is(error.cause, cause);
  }
  t.is(writeFailure('a.png', new Error('odd')).message, 'a.png: writing failed.');
});

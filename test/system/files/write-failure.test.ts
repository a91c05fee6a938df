import test from 'ava';
import { writeFailure } from '../../../src/system/files/write-failure.js';

const systemError = (code: string) => Object.assign(new Error(code), { code });

test('a full disk and a used-up quota have a code of their own', (t) => {
  t.is(writeFailure('a.png', systemError('ENOSPC')).code, 'E_NOSPC');
  t.is(writeFailure('a.png', systemError('ENOSPC')).message, 'a.png: the disk is full.');
  t.is(writeFailure('a.png', systemError('EDQUOT')).code, 'E_NOSPC');
});

test('what the system says is told in words, and kept as the cause', (t) => {
  for (const code of ['EACCES', 'EPERM', 'EROFS', 'EIO', 'EMFILE', 'EFBIG']) {
    const cause = systemError(code);
    const error = writeFailure('a.png', cause);
    t.is(error.code, 'E_WRITE');
    t.not(error.message, 'a.png: writing failed.');
    t.is(error.cause, cause);
  }
  t.is(writeFailure('a.png', new Error('odd')).message, 'a.png: writing failed.');
});

import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import test from 'ava';
import { holdInput, makePrivateDirectory } from '../../../src/apps/cli/held.js';
import { temporaryDirectory } from '../../helpers/temporary-directory.js';

const signal = new AbortController().signal;

test('all bytes arrive, up to the limit and not beyond', async (t) => {
  const directory = await temporaryDirectory(t);
  const chunks = () => Readable.from([Buffer.from('abc'), Buffer.from('defg')]);
  await holdInput(chunks(), join(directory, 'a'), { maxBytes: 7, signal });
  t.is(await readFile(join(directory, 'a'), 'utf8'), 'abcdefg');
  await t.throwsAsync(holdInput(chunks(), join(directory, 'b'), { maxBytes: 6, signal }), {
    code: 'E_TOO_LARGE',
    message: 'Standard input has more than 6 bytes.',
  });
});

test('a stream without an end is taken no further than the limit', async (t) => {
  const directory = await temporaryDirectory(t);
  let given = 0;
  async function* endless() {
    for (;;) {
      given += 1;
      yield await Promise.resolve(new Uint8Array(1000));
    }
  }
  const held = holdInput(endless(), join(directory, 'a'), { maxBytes: 100_000, signal });
  await t.throwsAsync(held, { code: 'E_TOO_LARGE' });
  t.true(given < 400, `${given}`);
});

test('a stream that waits for ever is left when it is stopped', async (t) => {
  const directory = await temporaryDirectory(t);
  const stop = new AbortController();
  const waiting = new Readable({ read: () => stop.abort() });
  const held = holdInput(waiting, join(directory, 'a'), { maxBytes: 10, signal: stop.signal });
  await t.throwsAsync(held, { code: 'E_CANCELLED' });
});

test('the directory is for its owner alone, and goes with all in it', async (t) => {
  const directory = await makePrivateDirectory();
  if (process.platform !== 'win32') t.is((await stat(directory.path)).mode & 0o777, 0o700);
  await holdInput(Readable.from([Buffer.from('x')]), join(directory.path, 'a'), { maxBytes: 10, signal });
  t.deepEqual(await readdir(directory.path), ['a']);
  await directory.remove();
  await t.throwsAsync(stat(directory.path), { code: 'ENOENT' });
});

import { Writable } from 'node:stream';
import test from 'ava';
import { openOutput } from '../../src/command-line/output.js';

const systemError = (code: string) => Object.assign(new Error(code), { code });

/** Stands for standard output; what it does on a write is given. */
function streamThat(onWrite: (text: string, done: (error?: Error) => void) => void): Writable {
  return new Writable({ write: (chunk: Buffer, _encoding, done) => onWrite(chunk.toString(), done) });
}

test('a write is over when the stream has taken it', async (t) => {
  const waiting: (() => void)[] = [];
  const output = openOutput(
    streamThat((_text, done) => void waiting.push(done)),
    () => t.fail(),
  );
  let taken = false;
  const write = output.write('a\n').then(() => (taken = true));
  await new Promise(setImmediate);
  t.false(taken);
  waiting.forEach((done) => done());
  await write;
  t.true(taken);
});

test('a reader that went away is told once, and writing on does no harm', async (t) => {
  let closings = 0;
  const output = openOutput(
    streamThat((_text, done) => done(systemError('EPIPE'))),
    () => {
      closings += 1;
    },
  );
  await output.write('a\n');
  await output.write('b\n');
  t.is(closings, 1);
  t.true(output.closed);
  t.notThrows(() => output.check());
});

test('any other failure is one of writing', async (t) => {
  const output = openOutput(
    streamThat((_text, done) => done(systemError('ENOSPC'))),
    () => undefined,
  );
  await output.write('a\n');
  t.false(output.closed);
  t.throws(() => output.check(), { message: 'Standard output cannot be written: the disk is full.' });
});

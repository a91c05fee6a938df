import test from 'ava';
import { readEntries, type ListEntry } from '../../../src/places/find/lists.js';
import type { ListFormat } from '../../../src/contract/program-inputs.js';
import { collect } from '../../helpers/collect.js';
import { onLinux } from '../../helpers/where.js';

async function* chunks(...pieces: (string | Uint8Array)[]): AsyncGenerator<Uint8Array> {
  for (const piece of pieces)
    yield await Promise.resolve(typeof piece === 'string' ? Buffer.from(piece) : piece);
}

async function all(format: ListFormat, ...pieces: (string | Uint8Array)[]): Promise<ListEntry[]> {
  return collect(readEntries(chunks(...pieces), format));
}

const texts = async (format: ListFormat, ...pieces: (string | Uint8Array)[]) =>
  (await all(format, ...pieces)).map(({ text, problem }) => text ?? `(${problem ?? ''})`);

test('lines end in LF or CRLF, empty ones are skipped, the last needs no terminator', async (t) => {
  t.deepEqual(await texts('lines', 'a.png\r\n\r\n\nb c.png\n  d.png \n-e.png'), [
    'a.png',
    'b c.png',
    '  d.png ',
    '-e.png',
  ]);
  t.deepEqual(await texts('lines'), []);
  t.deepEqual(await texts('lines', '\n\n'), []);
});

test('line numbers count empty lines too', async (t) => {
  t.deepEqual(
    (await all('lines', '\na\n\nb\n')).map(({ line }) => line),
    [2, 4],
  );
});

test('NUL-terminated names may contain newlines', async (t) => {
  t.deepEqual(await texts('nul', 'a\nb.png\0\r\n\0\0c'), ['a\nb.png', '\r\n', 'c']);
});

test('entries do not depend on chunk boundaries, even within a character', async (t) => {
  const bytes = Buffer.from('😀 ein.png\r\nzweï.png\n\n-drei.png\n');
  const whole = await texts('lines', bytes);
  for (let size = 1; size < bytes.length; size++) {
    const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) =>
      bytes.subarray(at * size, (at + 1) * size),
    );
    t.deepEqual(await texts('lines', ...pieces), whole, `pieces of ${size}`);
  }
});

test('a stream may reuse the memory of its chunks', async (t) => {
  async function* reused() {
    const chunk = Buffer.alloc(4);
    for (const text of ['abcd', 'ef\ng', 'hij\n']) {
      chunk.write(text);
      yield await Promise.resolve(chunk);
    }
  }
  const found = await collect(readEntries(reused(), 'lines'));
  t.deepEqual(
    found.map(({ text }) => text),
    ['abcdef', 'ghij'],
  );
});

test('reports an entry over 64 KiB and an NDJSON line that is not UTF-8, and reads on', async (t) => {
  const long = 'x'.repeat(64 * 1024);
  t.deepEqual(await texts('lines', `${long}\n${long}y\nb\n`), [long, '(is longer than 64 KiB)', 'b']);
  const pieces = Array.from({ length: 100 }, () => 'x'.repeat(10_000));
  t.deepEqual(await texts('lines', ...pieces, '\nb'), ['(is longer than 64 KiB)', 'b']);
  t.deepEqual(await texts('ndjson', Uint8Array.of(0x61, 0xff, 0x0a, 0x62)), ['(is not UTF-8)', 'b']);
});

onLinux('a name of any bytes is an entry, in lines and with NUL, cut anywhere', async (t) => {
  for (const [format, end] of [
    ['lines', 0x0a],
    ['nul', 0],
  ] as const) {
    const list = Uint8Array.of(0x61, 0xff, end, 0xc3, 0xa9, 0xe2, 0x82, end, 0x62);
    for (let at = 0; at <= list.length; at++) {
      const found = await texts(format, list.subarray(0, at), list.subarray(at));
      t.deepEqual(found, ['a\udcff', '\u00e9\udce2\udc82', 'b']);
    }
  }
});

test('a byte order mark is not part of the first name', async (t) => {
  t.deepEqual(await texts('lines', '\uFEFFa.png\n\uFEFFb.png'), ['a.png', '\uFEFFb.png']);
});

test('reads the next chunk only after all entries of the last one', async (t) => {
  let pulls = 0;
  async function* counted() {
    for (let at = 0; at < 10; at++) {
      pulls += 1;
      yield await Promise.resolve(Buffer.from(`${at}a\n${at}b\n${at}c\n`));
    }
  }
  const entries = readEntries(counted(), 'lines');
  t.is(pulls, 0);
  for (let at = 0; at < 30; at++) {
    await entries.next();
    t.is(pulls, Math.floor(at / 3) + 1, `after entry ${at + 1}`);
  }
});

test('reads UTF-16 with a byte order mark at any chunk boundaries', async (t) => {
  const text = '\uFEFFä b.png\r\nπ/😀.png\r\n';
  const little = Buffer.from(text, 'utf16le');
  const big = Buffer.from(little).swap16();
  for (const bytes of [little, big]) {
    for (const size of [1, 3, bytes.length]) {
      const pieces: Uint8Array[] = [];
      for (let at = 0; at < bytes.length; at += size) pieces.push(bytes.subarray(at, at + size));
      t.deepEqual(await texts('lines', ...pieces), ['ä b.png', 'π/😀.png']);
    }
  }
  t.deepEqual(await texts('lines', 'a'), ['a']);
});

import { readFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import { decodeXz, isXz } from '../../../../../src/network/graph/read/rsr/xz.js';
import { seeded } from '../../../../helpers/random.js';
import { xzOf } from './xz-of.js';

const FIXTURES = path.resolve('test', 'fixtures', 'xz');
const fixture = (name: string) => readFile(path.join(FIXTURES, `${name}.xz`));

/** What the fixtures hold: noise, a slow pattern and repeats, near and far. */
const CONTENT = Uint8Array.from({ length: 6000 });
let state = 1n;
CONTENT.forEach((_, i) => {
  state = (state * 1103515245n + 12345n) & 0x7fffffffn;
  const noise = Number((state >> 16n) & 255n);
  CONTENT[i] = i % 50 < 9 ? noise : i % 300 < 150 ? Math.floor((i * i) / 37) & 255 : 65 + (i % 7);
});

for (const name of ['none', 'crc32', 'crc64', 'sha256', 'blocks', 'positions']) {
  test(`${name}: unpacked, as xz made it`, async (t) => {
    t.deepEqual(Buffer.from(decodeXz(await fixture(name), 10_000)), Buffer.from(CONTENT));
  });
}

test('bytes that are not compressed', (t) => {
  const next = seeded(1);
  const content = Uint8Array.from({ length: 150_000 }, () => 256 * next());
  t.deepEqual(Buffer.from(decodeXz(xzOf(content), 150_000)), Buffer.from(content));
});

test('never unpacks to more than is allowed', async (t) => {
  const bytes = await fixture('crc64');
  t.is(decodeXz(bytes, 6000).length, 6000);
  t.throws(() => decodeXz(bytes, 5999), { instanceOf: RangeError, message: /more than is allowed/ });
});

test('a file that is cut off is refused', async (t) => {
  const bytes = await fixture('crc64');
  // the index at the end is not needed
  for (let length = 0; length < bytes.length - 44; length += 7) {
    t.throws(() => decodeXz(bytes.subarray(0, length), 10_000), { instanceOf: RangeError });
  }
});

test('a changed byte is found', async (t) => {
  const next = seeded(2);
  const bytes = await fixture('crc64');
  for (let i = 0; i < 200; i += 1) {
    const changed = Uint8Array.from(bytes);
    // from the packed data up to its check
    const at = 30 + Math.floor(next() * (bytes.length - 90));
    changed[at] = changed[at]! ^ (1 + Math.floor(255 * next()));
    t.throws(() => decodeXz(changed, 10_000), { instanceOf: RangeError });
  }
});

test('tells what is .xz', async (t) => {
  t.true(isXz(await fixture('none')));
  t.false(isXz(Buffer.from('hello')));
  t.throws(() => decodeXz(Buffer.from('hello'), 10), { instanceOf: RangeError });
});

import { isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import test from 'ava';
import { createCompactSet } from '../../../src/system/compact-set.js';
import {
  bytesOf,
  fromDisk,
  hashable,
  nameBytes,
  normalName,
  onDisk,
  printable,
} from '../../../src/system/files/file-names.js';
import { tempName } from '../../../src/system/files/temp-files.js';
import { seeded } from '../../helpers/random.js';
import { onLinux } from '../../helpers/where.js';

/** Bytes among which there is much UTF-8 that is cut off, too long or of a surrogate. */
function oddBytes(next: () => number): Buffer {
  const pieces = ['a', '\u00e9', '\u20ac', '\ud83d\ude00', '\ufffd', '\ufeff', '.'].map((text) =>
    Buffer.from(text),
  );
  const odd = [
    [0xff],
    [0x80],
    [0xc0, 0xaf],
    [0xed, 0xa0, 0x80],
    [0xed, 0xb3, 0xbf],
    [0xf4, 0x90, 0x80, 0x80],
  ];
  const all = [...pieces, ...odd.map((bytes) => Buffer.from(bytes))];
  const parts = Array.from({ length: 1 + Math.floor(next() * 8) }, () => {
    const piece = all[Math.floor(next() * all.length)]!;
    return next() < 0.3 ? piece.subarray(0, Math.ceil(next() * piece.length)) : piece;
  });
  return Buffer.concat(parts);
}

test('20,000 names of random bytes survive a round trip as distinct strings', (t) => {
  const next = seeded(1);
  const strings = new Map<string, string>();
  let valid = 0;
  for (let round = 0; round < 20_000; round++) {
    const bytes =
      round % 2 === 0
        ? oddBytes(next)
        : Buffer.from(Array.from({ length: 1 + Math.floor(next() * 12) }, () => Math.floor(next() * 256)));
    const text = fromDisk(bytes);
    const hex = bytes.toString('hex');
    if (!bytesOf(text).equals(bytes)) t.fail(`${hex} came back as ${bytesOf(text).toString('hex')}`);
    if ((strings.get(text) ?? hex) !== hex) t.fail(`${hex} and ${strings.get(text)} are one string`);
    strings.set(text, hex);
    if (text.isWellFormed() !== isUtf8(bytes)) t.fail(`${hex} is taken for what it is not`);
    if (isUtf8(bytes)) {
      valid += 1;
      if (text !== bytes.toString() || onDisk(text) !== text) t.fail(`${hex} is valid, but was changed`);
    }
    if (normalName(text) !== text) t.fail(`${hex} is not in its normal form`);
    if (JSON.parse(JSON.stringify(text)) !== text) t.fail(`${hex} does not come back from JSON`);
    if (nameBytes(text) !== bytes.length) t.fail(`${hex} has another length`);
    if (!printable(text).isWellFormed()) t.fail(`${hex} is shown as it is`);
  }
  t.true(valid > 1000 && valid < 19_000, `${valid} valid`);
});

test('invalid bytes map to the same strings as in Python', (t) => {
  t.is(fromDisk(Buffer.from('caf\xe9 \xff', 'latin1')), 'caf\udce9 \udcff');
  // a character that is cut off, a surrogate, what is longer than it has to be
  t.is(fromDisk(Buffer.of(0xe2, 0x82, 0x41)), '\udce2\udc82A');
  t.is(fromDisk(Buffer.of(0xed, 0xb3, 0xbf)), '\udced\udcb3\udcbf');
  t.is(fromDisk(Buffer.of(0xc0, 0xaf)), '\udcc0\udcaf');
  t.is(JSON.stringify(fromDisk(Buffer.of(0xff))), '"\\udcff"');
});

test('escapes that form valid UTF-8 are normalized', (t) => {
  t.is(normalName('\udcc3\udca9.png'), '\u00e9.png');
  t.is(normalName('\ud800.png'), '\ufffd.png');
  t.is(normalName('\ud83d\ude00.png'), '\ud83d\ude00.png');
});

test('invalid bytes are displayed as escapes', (t) => {
  t.is(printable('b\udcff.png'), 'b\\xff.png');
  t.is(printable('\ud800 \ud83d\ude00'), '\\ud800 \ud83d\ude00');
});

test('names that differ only in an invalid byte differ in hashes and sets', (t) => {
  const names = Array.from({ length: 128 }, (_, i) => `b${String.fromCharCode(0xdc80 + i)}.png`);
  t.is(new Set(names.map((name) => createHash('sha1').update(hashable(name)).digest('hex'))).size, 128);
  const set = createCompactSet();
  t.true([...names, 'b\ufffd.png'].every((name) => set.add(name)));
  t.true(names.every((name) => set.has(name)));
  t.false(set.has('b.png'));
});

onLinux('a path with such a byte goes to the disk as bytes, and a temp name holds 64 of them', (t) => {
  t.deepEqual(onDisk('in/b\udcff.png'), Buffer.from('in/b\xff.png', 'latin1'));
  const temp = bytesOf(tempName('\udcff'.repeat(255)));
  t.is(
    temp.toString('latin1').replace(/\.[0-9a-f]+-[0-9a-f]+-\d+-[0-9a-f]+\.srgan-tmp$/, ''),
    `.${'\xff'.repeat(64)}`,
  );
});

import test from 'ava';
import type { ByteSource } from '../../../src/pixels/codec/byte-source.js';
import { readDirectories } from '../../../src/pixels/codec/metadata/tiff-directory.js';
import { seeded } from '../../helpers/random.js';

/** Counts the bytes that are read from it: the work of the reader. */
function counting(bytes: Buffer): { source: ByteSource; read: () => number } {
  let read = 0;
  return {
    read: () => read,
    source: {
      length: bytes.length,
      read(offset, length) {
        if (offset < 0 || offset + length > bytes.length) throw new RangeError('Outside of the file');
        read += length;
        return bytes.subarray(offset, offset + length);
      },
    },
  };
}

/** A block of `bytes` in which each 12 bytes from `start` on are the entry that `entry` gives. */
function block(bytes: number, start: number, count: number, entry: (i: number) => number[]): Buffer {
  const buffer = Buffer.alloc(bytes);
  buffer.write('II*\0', 0, 'latin1');
  buffer.writeUInt32LE(start, 4);
  buffer.writeUInt16LE(count, start);
  for (let i = 0; i < count && start + 2 + 12 * (i + 1) <= bytes; i++) {
    const [tag = 0, type = 4, values = 1, value = 0] = entry(i);
    const at = start + 2 + 12 * i;
    buffer.writeUInt16LE(tag, at);
    buffer.writeUInt16LE(type, at + 2);
    buffer.writeUInt32LE(values, at + 4);
    buffer.writeUInt32LE(value, at + 8);
  }
  return buffer;
}

const POINTERS = [34665, 34853, 40965];
const HOSTILE: Record<string, (bytes: number) => Buffer> = {
  'pointers at their own directory': (n) => block(n, 8, Math.floor((n - 14) / 12), () => [34665, 4, 1, 8]),
  'pointers of all kinds at the start': (n) =>
    block(n, 8, Math.floor((n - 14) / 12), (i) => [POINTERS[i % 3]!, 4, 1, 8]),
  'pointers at every offset': (n) =>
    block(n, 8, Math.floor((n - 14) / 12), (i) => [POINTERS[i % 3]!, 4, 1, 10 + 12 * i]),
  'pointers at overlapping tables': (n) =>
    block(n, 8, Math.floor((n - 14) / 12), (i) => [34665, 4, 1, 8 + 2 * i]),
  'every value is the whole file': (n) => block(n, 8, Math.floor((n - 14) / 12), () => [700, 7, n - 8, 8]),
  'counts past the end': (n) => block(n, 8, 65535, () => [700, 5, 0xffffffff, 8]),
};

for (const [what, make] of Object.entries(HOSTILE)) {
  test(`${what}: the work stays within a multiple of the size`, (t) => {
    for (const bytes of [1_000, 4_000, 16_000, 48_000, 100_000]) {
      const { source, read } = counting(make(bytes));
      try {
        readDirectories(source);
      } catch (error) {
        t.true(error instanceof Error);
      }
      t.true(read() <= 8 * bytes, `${read()} bytes read of ${bytes}`);
    }
  });
}

test('random bytes after a header, and real directories with random damage', (t) => {
  const random = seeded(17);
  for (let round = 0; round < 400; round++) {
    const bytes = 200 + Math.floor(random() * 4000);
    const buffer = block(bytes, 8, 12, (i) => [256 + i, 3, 1, i]);
    const damage = round % 2 ? buffer.length : 40;
    for (let i = 0; i < damage; i++) {
      const at = 8 + Math.floor(random() * (buffer.length - 8));
      buffer[at] = Math.floor(random() * 256);
    }
    const { source, read } = counting(buffer);
    try {
      readDirectories(source);
    } catch (error) {
      t.true(error instanceof Error);
    }
    t.true(read() <= 8 * bytes);
  }
});

import test from 'ava';
import {
  bareExif,
  exifOfTiff,
  resizedExif,
  tiffTagsOfExif,
  uprightExif,
} from '../../../../src/pixels/codec/metadata/exif.js';
import { bufferSource } from '../../../../src/pixels/codec/byte-source.js';
import { EXIF_POINTER, readDirectories } from '../../../../src/pixels/codec/metadata/tiff-directory.js';
import { seeded } from '../../../helpers/random.js';

interface Field {
  tag: number;
  type: number;
  values: number[];
}

/** An EXIF block with one detail directory and a thumbnail directory, in either byte order. */
function block(little: boolean, first: Field[], detail: Field[]): Buffer {
  const out = Buffer.alloc(600);
  const u16 = (value: number, at: number) =>
    little ? out.writeUInt16LE(value, at) : out.writeUInt16BE(value, at);
  const u32 = (value: number, at: number) =>
    little ? out.writeUInt32LE(value, at) : out.writeUInt32BE(value, at);
  out.write(little ? 'II' : 'MM', 'latin1');
  u16(42, 2);
  u32(8, 4);
  const directory = (at: number, fields: Field[], next: number) => {
    u16(fields.length, at);
    fields.forEach(({ tag, type, values }, i) => {
      const entry = at + 2 + 12 * i;
      u16(tag, entry);
      u16(type, entry + 2);
      u32(values.length, entry + 4);
      values.forEach((value, j) => (type === 3 ? u16(value, entry + 8 + 2 * j) : u32(value, entry + 8)));
    });
    u32(next, at + 2 + 12 * fields.length);
  };
  directory(8, [...first, { tag: EXIF_POINTER, type: 4, values: [200] }], 400);
  directory(200, detail, 0);
  directory(400, [{ tag: 256, type: 3, values: [16] }], 0);
  return out;
}

for (const little of [true, false]) {
  const order = little ? 'little' : 'big';
  const exif = block(
    little,
    [{ tag: 274, type: 3, values: [6] }],
    [
      { tag: 40962, type: 3, values: [4000] },
      { tag: 40963, type: 4, values: [3000] },
    ],
  );

  test(`${order}-endian: orientation and dimensions are changed in place, the thumbnail is let go`, (t) => {
    const read = (bytes: Buffer) => {
      const directories = readDirectories(bufferSource(bytes));
      const detail = directories[0]?.children.get(EXIF_POINTER);
      return {
        orientation: directories[0]?.numbers(274),
        size: [detail?.numbers(40962), detail?.numbers(40963)],
        directories: directories.length,
      };
    };
    t.deepEqual(read(exif), { orientation: [6], size: [[4000], [3000]], directories: 2 });
    const upright = uprightExif(exif);
    t.deepEqual(read(upright), { orientation: [1], size: [[4000], [3000]], directories: 2 });
    const resized = resizedExif(upright, 80_000, 60_000);
    t.deepEqual(read(resized), { orientation: [1], size: [[80_000], [60_000]], directories: 1 });
    t.is(resized.length, exif.length);
    t.deepEqual(read(exif).orientation, [6], 'the source block is left alone');
  });
}

test('arbitrary bytes are at worst no EXIF', (t) => {
  const whole = block(true, [{ tag: 271, type: 4, values: [1] }], [{ tag: 40962, type: 3, values: [9] }]);
  const random = seeded(11);
  for (let round = 0; round < 3000; round++) {
    const damaged = Buffer.from(whole.subarray(0, Math.floor(random() * whole.length)));
    for (let i = 0; i < 6 && damaged.length > 0; i++) {
      damaged[Math.floor(random() * Math.min(damaged.length, 260))] = Math.floor(random() * 256);
    }
    t.notThrows(() => {
      const bare = bareExif(damaged);
      if (!bare) return;
      resizedExif(uprightExif(bare), 5, 5);
      tiffTagsOfExif(bare);
      exifOfTiff(bufferSource(bare));
    });
  }
  t.is(bareExif(Buffer.from('Exif\0\0nothing')), undefined);
  t.is(bareExif(undefined), undefined);
  t.deepEqual(bareExif(Buffer.concat([Buffer.from('Exif\0\0'), whole])), whole);
});

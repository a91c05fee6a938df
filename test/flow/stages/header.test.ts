import { chmod, mkdir, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32, deflateSync } from 'node:zlib';
import test from 'ava';
import { fileFailure } from '../../../src/pixels/codec/file-failures.js';
import { bufferSource } from '../../../src/pixels/codec/byte-source.js';
import {
  readDirectories,
  writeDirectory,
  type Tag,
} from '../../../src/pixels/codec/metadata/tiff-directory.js';
import { readHeader } from '../../../src/flow/stages/decode.js';
import { draw, pipelineOf, save, turnedJpeg, type Drawing } from '../../helpers/images.js';
import { temporaryDirectory } from '../../helpers/temporary-directory.js';

const limits = { maxPixels: 1e8, maxFrames: 100, maxInputBytes: 2 ** 30 };

const PLAIN: [
  format: 'png' | 'jpeg' | 'webp' | 'avif' | 'tiff' | 'gif',
  drawing: Drawing,
  expected: object,
][] = [
  ['png', {}, { format: 'png', channels: 3, bitsPerSample: 8, gray: false, hasAlpha: false, pages: 1 }],
  ['png', { channels: 1 }, { channels: 1, gray: true }],
  ['png', { channels: 2 }, { channels: 2, gray: true, hasAlpha: true }],
  ['png', { channels: 4, bits: 16 }, { channels: 4, bitsPerSample: 16, hasAlpha: true }],
  ['jpeg', {}, { format: 'jpeg', channels: 3 }],
  ['jpeg', { channels: 1 }, { channels: 1, gray: true }],
  ['webp', { channels: 4 }, { format: 'webp', channels: 4 }],
  ['webp', { pages: 4 }, { format: 'webp', pages: 4 }],
  ['avif', {}, { format: 'heif', channels: 3 }],
  ['tiff', { bits: 16, channels: 1 }, { format: 'tiff', bitsPerSample: 16, gray: true }],
  ['tiff', { pages: 3 }, { pages: 3 }],
  ['gif', { pages: 2 }, { format: 'gif', pages: 2 }],
];

for (const [format, drawing, expected] of PLAIN) {
  test(`${format} of ${JSON.stringify(drawing)}`, async (t) => {
    // the content decides: every file here has the wrong name
    const path = join(await temporaryDirectory(t), 'picture.txt');
    const image = pipelineOf(draw(drawing));
    await save(path, format === 'tiff' ? image.tiff({ compression: 'lzw' }) : image.toFormat(format));
    t.like(await readHeader(path, limits), { widthPx: 48, heightPx: 36, ...expected });
  });
}

test('sizes are those after EXIF orientation', async (t) => {
  const path = join(await temporaryDirectory(t), 'a.jpg');
  for (let orientation = 1; orientation <= 8; orientation++) {
    await writeFile(path, await turnedJpeg(draw(), orientation));
    t.like(await readHeader(path, limits), { widthPx: 48, heightPx: 36 });
  }
});

test('names that libvips would misread', async (t) => {
  const directory = await temporaryDirectory(t);
  for (const name of ['a[1]', 'b.png[page=2]', '-c.png', 'd e\n.png', '日本 🎉.png', '%s.png']) {
    const path = await save(join(directory, name), pipelineOf(draw()).png());
    t.is((await readHeader(path, limits)).widthPx, 48, name);
  }
});

test('what cannot be read is refused with its own code and one sentence', async (t) => {
  const directory = await temporaryDirectory(t);
  const at = (name: string) => join(directory, name);
  const png = await pipelineOf(draw()).png().toBuffer();
  const gif = await pipelineOf(draw({ pages: 3 }))
    .gif()
    .toBuffer();
  const tiff = await pipelineOf(draw()).tiff({ compression: 'lzw' }).toBuffer();
  const jpeg = await pipelineOf(draw()).jpeg().toBuffer();
  await mkdir(at('directory.png'));
  await writeFile(at('empty.png'), '');
  await writeFile(at('text.png'), 'These are words.\n');
  await writeFile(at('drawing.svg'), '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>');
  await writeFile(at('paper.pdf'), '%PDF-1.4\n%âãÏÓ\n');
  await writeFile(at('map.jp2'), '\0\0\0\x0cjP  \r\n\x87\n123456789012');
  await writeFile(at('short.png'), png.subarray(0, 20));
  await writeFile(at('short.gif'), gif.subarray(0, gif.length - 40));
  await writeFile(at('short.tif'), tiff.subarray(0, tiff.length - 40));
  await writeFile(at('short.jpg'), jpeg.subarray(0, 30));
  await writeFile(at('bad.png'), Buffer.concat([png.subarray(0, 24), Buffer.from([9]), png.subarray(25)]));
  await writeFile(at('bomb.png'), bomb(50_000, 40_000));
  await symlink(at('nowhere'), at('dangling.png'));

  const expected: [name: string, code: string, sentence: RegExp][] = [
    ['missing.png', 'E_NOT_FOUND', /: does not exist\.$/],
    ['empty.png/inside.png', 'E_NOT_FOUND', /: does not exist\.$/],
    ['dangling.png', 'E_NOT_FOUND', /: does not exist\.$/],
    ['directory.png', 'E_NOT_A_FILE', /: is a directory\.$/],
    ['empty.png', 'E_EMPTY', /: is empty\.$/],
    ['text.png', 'E_UNSUPPORTED', /: is not an image of a supported kind\.$/],
    ['drawing.svg', 'E_UNSUPPORTED', /: is not an image of a supported kind\.$/],
    ['paper.pdf', 'E_UNSUPPORTED', /: is not an image of a supported kind\.$/],
    ['map.jp2', 'E_UNSUPPORTED', /: is not an image of a supported kind\.$/],
    ['short.png', 'E_TRUNCATED', /: ends too early; the file is incomplete\.$/],
    ['short.gif', 'E_TRUNCATED', /: ends too early; the file is incomplete\.$/],
    ['short.tif', 'E_TRUNCATED', /: ends too early; the file is incomplete\.$/],
    ['short.jpg', 'E_TRUNCATED', /: ends too early; the file is incomplete\.$/],
    ['bad.png', 'E_DECODE', /: the image is damaged\.$/],
    ['bomb.png', 'E_TOO_LARGE', /: is 50000×40000, over the limit of 100000000 pixels\.$/],
  ];
  for (const [name, code, sentence] of expected) {
    const error = await t.throwsAsync(readHeader(at(name), limits), { name: 'SrganError', code }, name);
    t.regex(error.message, sentence);
    t.true(error.message.startsWith(at(name)), error.message);
  }
});

/** A PNG that states a size and holds no pixels. */
function bomb(widthPx: number, heightPx: number): Buffer {
  const chunk = (type: string, data: Buffer) => {
    const body = Buffer.concat([Buffer.from(type), data]);
    const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(data.length);
    sum.writeUInt32BE(crc32(body));
    return Buffer.concat([length, body, sum]);
  };
  const header = Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, 8, 2, 0, 0, 0]);
  header.writeUInt32BE(widthPx, 0);
  header.writeUInt32BE(heightPx, 4);
  const signature = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(Buffer.alloc(0))),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

test('all pages count for the limit', async (t) => {
  const path = await save(join(await temporaryDirectory(t), 'a.gif'), pipelineOf(draw({ pages: 5 })).gif());
  t.is((await readHeader(path, { ...limits, maxPixels: 48 * 36 * 5 })).pages, 5);
  const error = await t.throwsAsync(readHeader(path, { ...limits, maxPixels: 48 * 36 * 5 - 1 }), {
    code: 'E_TOO_LARGE',
  });
  t.regex(error.message, /is 48×36 with 5 pages, over the limit of 8639 pixels/);
});

test('frames have a limit of their own, and so has the file', async (t) => {
  const path = await save(join(await temporaryDirectory(t), 'a.gif'), pipelineOf(draw({ pages: 5 })).gif());
  t.is((await readHeader(path, { ...limits, maxFrames: 5 })).pages, 5);
  const many = await t.throwsAsync(readHeader(path, { ...limits, maxFrames: 4 }), { code: 'E_TOO_LARGE' });
  t.regex(many.message, /has 5 frames or pages, over the limit of 4\.$/);

  const { size } = await stat(path);
  t.is((await readHeader(path, { ...limits, maxInputBytes: size })).fileBytes, size);
  const large = await t.throwsAsync(readHeader(path, { ...limits, maxInputBytes: size - 1 }), {
    code: 'E_TOO_LARGE',
  });
  t.regex(large.message, /over the limit of/);
});

test('a file over the limit is not even opened', async (t) => {
  const path = join(await temporaryDirectory(t), 'a.png');
  await writeFile(path, 'no image at all');
  await t.throwsAsync(readHeader(path, limits), { code: 'E_UNSUPPORTED' });
  await t.throwsAsync(readHeader(path, { ...limits, maxInputBytes: 14 }), { code: 'E_TOO_LARGE' });
});

test('pages of different sizes are refused, reduced copies are not pages', async (t) => {
  const directory = await temporaryDirectory(t);
  const one = await pipelineOf(draw()).tiff({ compression: 'none' }).toBuffer();
  const two = await pipelineOf(draw({ widthPx: 24, heightPx: 18 }))
    .tiff({ compression: 'none' })
    .toBuffer();
  const mixed = join(directory, 'mixed.tif');
  await writeFile(mixed, chained(one, two, 0));
  const error = await t.throwsAsync(readHeader(mixed, limits), { code: 'E_UNSUPPORTED' });
  t.regex(error.message, /has 2 pages of different sizes or kinds\.$/);
  const preview = join(directory, 'preview.tif');
  await writeFile(preview, chained(one, two, 1));
  t.like(await readHeader(preview, limits), { widthPx: 48, heightPx: 36, pages: 1 });
});

/** Two one-page TIFF files as one; the second's NewSubfileType is `kind`. */
function chained(one: Buffer, two: Buffer, kind: number): Buffer {
  const start = one.length + (one.length % 2);
  const [page] = readDirectories(bufferSource(two));
  const long = (tag: number, values: number[]): Tag => {
    const data = Buffer.alloc(4 * values.length);
    values.forEach((value, i) => data.writeUInt32LE(value, 4 * i));
    return { tag, type: 4, count: values.length, data };
  };
  const strips = page!.numbers(273)!.map((offset) => offset + start);
  const tags = [...page!.entries, long(254, [kind]), long(273, strips)];
  const first = Buffer.concat([one, Buffer.alloc(start - one.length)]);
  const second = Buffer.concat([two, Buffer.alloc(two.length % 2)]);
  const directory = writeDirectory(tags, new Map(), start + second.length, 0);
  const [whole] = readDirectories(bufferSource(one));
  first.writeUInt32LE(start + second.length, whole!.nextAt);
  return Buffer.concat([first, second, directory]);
}

test('a file without permission is refused as such', async (t) => {
  const path = await save(join(await temporaryDirectory(t), 'a.png'), pipelineOf(draw()).png());
  const denied = fileFailure(path, Object.assign(new Error('no'), { code: 'EACCES' }));
  t.is(denied.code, 'E_ACCESS');
  t.is(fileFailure(path, Object.assign(new Error('no'), { code: 'EIO' })).code, 'E_READ');
  // root may read everything, and Windows has no such bits
  if (process.platform === 'win32' || process.getuid?.() === 0) return;
  await chmod(path, 0);
  await t.throwsAsync(readHeader(path, limits), { code: 'E_ACCESS' });
});

import test from 'ava';
import sharp, { type JpegOptions } from 'sharp';
import { bufferSource } from '../../../src/pixels/codec/byte-source.js';
import { jpegQuality, webpQuantizer } from '../../../src/pixels/codec/metadata/quantization.js';
import { draw, pipelineOf } from '../../helpers/images.js';

const image = () => pipelineOf(draw({ widthPx: 70, heightPx: 50 }));
const jpeg = (quality: number, more: JpegOptions = {}) =>
  image()
    .jpeg({ quality, ...more })
    .toBuffer();
const quality = (bytes: Buffer) => jpegQuality(bufferSource(bytes));
const quantizer = (bytes: Buffer) => webpQuantizer(bufferSource(bytes));

test('estimates the quality that a JPEG was written with', async (t) => {
  for (const stated of [30, 50, 60, 75, 85, 90, 95, 97, 98]) t.is(quality(await jpeg(stated)), stated);
  t.true(quality(await jpeg(100))! >= 99);
  t.true(quality(await jpeg(1))! < 15);
});

test('tables other than those of libjpeg are judged by their sum', async (t) => {
  const found = await Promise.all(
    [60, 75, 90].map(async (stated) => quality(await jpeg(stated, { mozjpeg: true }))!),
  );
  t.deepEqual(
    found,
    [...found].sort((a, b) => a - b),
  );
  t.true(found[0]! < 60 && found[2]! >= 80);
});

test('a profile, EXIF and a progressive scan before the tables change nothing', async (t) => {
  const bytes = await image()
    .withMetadata({ density: 300 })
    .withExif({ IFD0: { Copyright: 'x'.repeat(2000) } })
    .withIccProfile('srgb')
    .jpeg({ quality: 80, progressive: true })
    .toBuffer();
  t.is(quality(bytes), 80);
  // a fill byte before a marker is allowed
  const filled = Buffer.concat([bytes.subarray(0, 2), Buffer.from([0xff]), bytes.subarray(2)]);
  t.is(quality(filled), 80);
});

test('a truncated or damaged JPEG has no quality, at no cost', async (t) => {
  const bytes = await jpeg(75);
  for (const end of [2, 3, 5, 12, 20, 30])
    t.throws(() => quality(bytes.subarray(0, end)), { instanceOf: RangeError });
  t.is(quality(Buffer.from('no JPEG at all, whatever it is')), undefined);
  // segments that lead nowhere come to an end
  const loop = Buffer.alloc(20_000, Buffer.from([0xff, 0xe0, 0, 0]));
  t.is(quality(loop), undefined);
});

test('the quantizer of a lossy WebP grows as its quality falls', async (t) => {
  const found: number[] = [];
  for (const stated of [100, 95, 85, 75, 50, 20, 1]) {
    found.push(quantizer(await image().webp({ quality: stated }).toBuffer())!);
  }
  t.deepEqual(
    found,
    [...found].sort((a, b) => a - b),
  );
  t.true(found[0]! <= 1 && found[3]! > 8 && found[6]! > 60, String(found));
});

test('with alpha, in an animation, and lossless', async (t) => {
  const alpha = await image().ensureAlpha(0.5).webp({ quality: 60 }).toBuffer();
  t.true(quantizer(alpha)! > 10);
  const frames = await sharp(Buffer.alloc(40 * 60 * 3, 90), {
    raw: { width: 40, height: 60, channels: 3, pageHeight: 30 },
  })
    .webp({ quality: 60, loop: 1 })
    .toBuffer();
  t.true(quantizer(frames)! > 5);
  t.is(quantizer(await image().webp({ lossless: true }).toBuffer()), undefined);
  t.throws(() => quantizer(alpha.subarray(0, 40)), { instanceOf: RangeError });
});

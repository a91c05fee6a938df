import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import sharp from 'sharp';
import { attachToPng } from '../../../src/pixels/codec/png/png-chunks.js';
import { bareExif } from '../../../src/pixels/codec/metadata/exif.js';
import { joinParts, bufferSource } from '../../../src/pixels/codec/byte-source.js';
import { EXIF_POINTER, readDirectories } from '../../../src/pixels/codec/metadata/tiff-directory.js';
import { distance, draw, everySecond, p3Profile, pipelineOf, samplesOf, save } from '../../helpers/images.js';
import { roundTrip } from '../../helpers/run.js';
import { temporaryDirectory } from '../../helpers/temporary-directory.js';

const XMP =
  '<x:xmpmeta xmlns:x="adobe:ns:meta/"><d tiff:Orientation="6" exif:PixelXDimension="48">é 日本 🎉</d></x:xmpmeta>';
const EXIF = {
  IFD0: { Make: 'Kamera', Copyright: 'Ute' },
  IFD2: { DateTimeOriginal: '2020:01:02 03:04:05' },
};

for (const format of ['png', 'jpeg', 'webp', 'avif', 'tiff'] as const) {
  test(`profile, EXIF, XMP and density arrive in ${format}`, async (t) => {
    const path = join(await temporaryDirectory(t), 'a.jpg');
    const icc = await p3Profile();
    const image = pipelineOf(draw()).withIccProfile('p3').withXmp(XMP).withExif(EXIF).withDensity(300);
    await save(path, image.jpeg({ quality: 100 }));
    const stored = await samplesOf(path);
    const trip = await roundTrip(path, { format, factor: 2, quality: 100 });
    const meta = await sharp(trip.bytes).metadata();
    t.deepEqual(trip.warnings, []);
    t.true(meta.icc?.equals(icc), 'the profile is the same to the byte');
    const text = meta.xmp?.toString() ?? '';
    t.true(text.includes('é 日本 🎉') && text.includes('tiff:Orientation="1"'), text);
    t.true(text.includes('exif:PixelXDimension="96"'), text);
    if (format !== 'webp' && format !== 'avif') t.is(Math.round(meta.density ?? 0), 300);
    const { first, detail } = tagsOf(format === 'tiff' ? Buffer.from(trip.bytes) : meta.exif!);
    t.is(first.get(271), 'Kamera\0');
    t.is(first.get(33432), 'Ute\0');
    t.is(detail.get(36867), '2020:01:02 03:04:05\0');
    if (format !== 'tiff') t.deepEqual([detail.get(40962), detail.get(40963)], [96, 72]);
    // values were not converted: they are those of the source, within what the codec loses
    const { data } = await samplesOf(trip.bytes);
    const small = everySecond(data, 96, 3);
    t.true(distance(small, stored.data).mean < 4, String(distance(small, stored.data).mean));
  });
}

function tagsOf(block: Buffer) {
  const [first] = readDirectories(bufferSource(bareExif(block)!), 1);
  const read = (directory: typeof first) =>
    new Map(
      directory?.entries.map(({ tag, type, data }) => [
        tag,
        type === 2
          ? data.toString()
          : type === 3
            ? data.readUInt16LE()
            : type === 4
              ? data.readUInt32LE()
              : data,
      ]),
    );
  return { first: read(first), detail: read(first?.children.get(EXIF_POINTER)) };
}

test('a profile longer than a JPEG segment is preserved', async (t) => {
  const path = join(await temporaryDirectory(t), 'a.png');
  const icc = Buffer.concat([await p3Profile(), Buffer.alloc(150_000, 'long')]);
  icc.writeUInt32BE(icc.length, 0);
  const png = await pipelineOf(draw()).png().toBuffer();
  await writeFile(path, joinParts(png, attachToPng(bufferSource(png), { icc })));
  t.true((await sharp(path).metadata()).icc?.equals(icc));
  for (const format of ['jpeg', 'tiff', 'webp'] as const) {
    const { bytes } = await roundTrip(path, { format });
    t.true((await sharp(bytes).metadata()).icc?.equals(icc), format);
  }
});

test('--strip drops all but the profile', async (t) => {
  const path = join(await temporaryDirectory(t), 'a.jpg');
  const image = pipelineOf(draw()).withIccProfile('p3').withXmp(XMP).withExif(EXIF).withDensity(300);
  await save(path, image.jpeg());
  for (const format of ['png', 'jpeg', 'webp', 'avif', 'tiff'] as const) {
    const meta = await sharp((await roundTrip(path, { format }, { strip: true })).bytes).metadata();
    t.deepEqual(
      [meta.icc !== undefined, meta.exif?.includes('Kamera') ?? false, meta.xmp],
      [true, false, undefined],
    );
    t.not(Math.round(meta.density ?? 72), 300);
  }
});

test('a density that only EXIF states is stored in the result itself', async (t) => {
  const path = join(await temporaryDirectory(t), 'a.webp');
  await save(path, pipelineOf(draw()).withExif(EXIF).withDensity(240).webp());
  t.is((await sharp(path).metadata()).density, undefined);
  for (const format of ['png', 'jpeg', 'tiff'] as const) {
    const { bytes } = await roundTrip(path, { format });
    t.is(Math.round((await sharp(bytes).metadata()).density ?? 0), 240, format);
  }
});

test('EXIF and density of a TIFF arrive in a JPEG and come back', async (t) => {
  const directory = await temporaryDirectory(t);
  const jpeg = join(directory, 'a.jpg');
  await save(jpeg, pipelineOf(draw()).withExif(EXIF).withDensity(250).jpeg());
  const tiff = join(directory, 'a.tif');
  await writeFile(tiff, (await roundTrip(jpeg, { format: 'tiff' })).bytes);
  const meta = await sharp((await roundTrip(tiff, { format: 'jpeg' })).bytes).metadata();
  const { first, detail } = tagsOf(meta.exif!);
  t.is(first.get(271), 'Kamera\0');
  t.is(detail.get(36867), '2020:01:02 03:04:05\0');
  t.is(Math.round(meta.density!), 250);
});

test('metadata that is too long for JPEG is left out with a warning', async (t) => {
  const path = join(await temporaryDirectory(t), 'a.png');
  await save(
    path,
    pipelineOf(draw())
      .withXmp(`<x>${'ä'.repeat(40_000)}</x>`)
      .png(),
  );
  const { bytes, warnings } = await roundTrip(path, { format: 'jpeg' });
  t.is((await sharp(bytes).metadata()).xmp, undefined);
  t.deepEqual(warnings, ['XMP metadata was left out, since it is too long for JPEG.']);
  const webp = await roundTrip(path, { format: 'webp' });
  t.true((await sharp(webp.bytes).metadata()).xmp!.length > 80_000);
});

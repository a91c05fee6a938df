import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import sharp from 'sharp';
import type { OutputFormat } from '../../../../src/contract/job.js';
import { attachToAvif } from '../../../../src/pixels/codec/attach/avif.js';
import { attachToJpeg } from '../../../../src/pixels/codec/attach/jpeg.js';
import { SRGB } from '../../../../src/pixels/codec/colour/coding.js';
import { codingOfHeif } from '../../../../src/pixels/codec/colour/heif-coding.js';
import { makeProfile } from '../../../../src/pixels/codec/colour/make-profile.js';
import { bufferSource } from '../../../../src/pixels/codec/metadata/tiff-directory.js';
import { joined } from '../../../../src/pixels/codec/parts.js';
import { distance, draw, everySecond, pipelineOf, samplesOf } from '../../../helpers/images.js';
import { roundTrip } from '../../../helpers/run.js';
import { temporaryDirectory } from '../../../helpers/temporary-directory.js';
import { chunksOf, withChunks } from '../../../helpers/with-chunks.js';

const P3 = { primaries: 12, transfer: 13 };
const PQ = { primaries: 9, transfer: 16 };

/** One colour, in which a mean level is that of every pixel. */
const plain = (level: number, channels: 1 | 3 = 3) => {
  const data = Buffer.alloc(32 * 24 * channels, level);
  return sharp(data, { raw: { width: 32, height: 24, channels } }).toColourspace(
    channels === 1 ? 'b-w' : 'srgb',
  );
};

const uint32 = (...values: number[]) => {
  const data = Buffer.alloc(4 * values.length);
  values.forEach((value, i) => data.writeUInt32BE(value, 4 * i));
  return data;
};

/** Of sRGB, 0..255, where the light is `linear` of 0..1. */
const levelOf = (linear: number) =>
  255 * (linear <= 0.0031308 ? 12.92 * linear : 1.055 * linear ** (1 / 2.4) - 0.055);

async function sourceOf(t: ExecutionContext, name: string, bytes: Uint8Array): Promise<string> {
  const path = join(await temporaryDirectory(t), name);
  await writeFile(path, bytes);
  return path;
}

/** What a viewer that knows profiles shows, in sRGB. */
async function shownMean(bytes: Uint8Array): Promise<number> {
  const { channels } = await sharp(await sharp(bytes).toColourspace('srgb').png().toBuffer()).stats();
  return channels[0]!.mean;
}

const withGamma = async (level: number, gamma: number, channels: 1 | 3 = 3) =>
  withChunks(await plain(level, channels).png().toBuffer(), ['gAMA', uint32(gamma)]);

for (const format of ['jpeg', 'webp', 'avif', 'tiff', 'gif'] as const) {
  for (const [gamma, channels] of [
    [100_000, 3],
    [55_100, 3],
    [100_000, 1],
  ] as const) {
    test(`gAMA ${gamma / 1e5} of ${channels} channels is applied in ${format}`, async (t) => {
      const path = await sourceOf(t, 'a.png', await withGamma(128, gamma, channels));
      const { bytes } = await roundTrip(path, { format, factor: 2 });
      const expected = levelOf((128 / 255) ** (1e5 / gamma));
      const shown = await shownMean(bytes);
      t.true(Math.abs(shown - expected) < 2, `${shown} for ${expected}`);
    });
  }
}

test('gAMA and cHRM arrive in PNG as they are', async (t) => {
  const chromaticities = uint32(31270, 32900, 68000, 32000, 26500, 69000, 15000, 6000);
  const source = withChunks(
    await plain(128).png().toBuffer(),
    ['gAMA', uint32(55_100)],
    ['cHRM', chromaticities],
  );
  const { bytes, warnings } = await roundTrip(await sourceOf(t, 'a.png', source), {
    format: 'png',
    factor: 2,
  });
  const chunks = new Map(chunksOf(bytes));
  t.deepEqual(chunks.get('gAMA'), uint32(55_100));
  t.deepEqual(chunks.get('cHRM'), chromaticities);
  t.false(chunks.has('iCCP'));
  t.deepEqual(warnings, []);
});

test('gAMA of sRGB is no reason for a profile', async (t) => {
  const path = await sourceOf(t, 'a.png', await withGamma(128, 45_455));
  const { bytes } = await roundTrip(path, { format: 'webp', factor: 2 });
  t.is((await sharp(bytes).metadata()).icc, undefined);
});

test('a profile or sRGB chunk goes before gAMA', async (t) => {
  const png = withChunks(await withGamma(128, 100_000), ['sRGB', Buffer.of(0)]);
  const { bytes } = await roundTrip(await sourceOf(t, 'a.png', png), { format: 'jpeg', factor: 2 });
  t.true(Math.abs((await shownMean(bytes)) - 128) < 2);
});

for (const format of ['webp', 'avif', 'gif', 'jpeg', 'tiff', 'png'] as const) {
  test(`a gray profile keeps its mean level in ${format}`, async (t) => {
    const icc = makeProfile({ primaries: SRGB, curve: 1.8 }, true);
    const jpeg = await plain(100, 1).jpeg().toBuffer();
    const source = joined(jpeg, attachToJpeg(bufferSource(jpeg), { icc }));
    const { bytes, warnings } = await roundTrip(await sourceOf(t, 'a.jpg', source), { format, factor: 2 });
    const shown = await shownMean(bytes);
    const expected = levelOf((100 / 255) ** 1.8);
    t.true(Math.abs(shown - expected) < 2, `${shown} for ${expected}`);
    const meta = await sharp(bytes).metadata();
    t.is(meta.icc === undefined, ['webp', 'avif', 'gif'].includes(format));
    if (format === 'webp') t.regex(warnings.join(), /converted to sRGB, since WebP holds no gray/);
  });
}

/** An AVIF file that states its colours by code points. */
async function codedAvif(bits: 8 | 16, coding: typeof P3): Promise<Buffer> {
  const drawn = pipelineOf(draw({ bits, noise: 0 }));
  const file = await drawn.avif({ quality: 95, bitdepth: bits === 16 ? 10 : 8 }).toBuffer();
  return joined(file, attachToAvif(bufferSource(file), coding, false));
}

test('code points in an AVIF file change no pixel', async (t) => {
  for (const lossless of [false, true]) {
    const file = await pipelineOf(draw({ channels: 4 }))
      .avif({ lossless, quality: 80 })
      .toBuffer();
    const coded = joined(file, attachToAvif(bufferSource(file), P3, lossless));
    t.deepEqual(codingOfHeif(bufferSource(coded)), P3);
    t.notDeepEqual(codingOfHeif(bufferSource(file)), P3);
    t.deepEqual((await samplesOf(coded)).data, (await samplesOf(file)).data);
  }
});

test('P3 by code points stays so in AVIF and PNG, and becomes a profile elsewhere', async (t) => {
  const source = await codedAvif(8, P3);
  const path = await sourceOf(t, 'a.avif', source);
  for (const format of ['avif', 'png', 'jpeg', 'webp', 'tiff'] as OutputFormat[]) {
    const { bytes, warnings } = await roundTrip(path, { format, factor: 2, quality: 95 });
    t.deepEqual(warnings, [], format);
    const { data } = await samplesOf(bytes);
    const stored = await samplesOf(source);
    t.true(distance(everySecond(data, 96, 3), stored.data).mean < 8, format);
    const { icc } = await sharp(bytes).metadata();
    if (format === 'avif') t.deepEqual(codingOfHeif(bufferSource(Buffer.from(bytes))), P3);
    else if (format === 'png') t.deepEqual(new Map(chunksOf(bytes)).get('cICP'), Buffer.of(12, 13, 0, 1));
    else t.true(icc?.toString('utf16le').length !== 0 && icc?.includes('rXYZ'), format);
  }
});

test('the profile that is made of P3 is that of P3', async (t) => {
  const { data, widthPx, heightPx } = draw({ noise: 0 });
  const icc = makeProfile(
    {
      primaries: [
        [0.68, 0.32],
        [0.265, 0.69],
        [0.15, 0.06],
        [0.3127, 0.329],
      ],
      curve: 'srgb',
    },
    false,
  );
  const png = await sharp(data, { raw: { width: widthPx, height: heightPx, channels: 3 } })
    .png()
    .toBuffer();
  const shown = async (profile: Buffer) => {
    const jpeg = await sharp(png).jpeg({ quality: 100, chromaSubsampling: '4:4:4' }).toBuffer();
    const file = joined(jpeg, attachToJpeg(bufferSource(jpeg), { icc: profile }));
    return (await sharp(file).toColourspace('srgb').raw().toBuffer()) as Uint8Array;
  };
  const tagged = await sharp(png).withIccProfile('p3', { attach: true }).png().toBuffer();
  const known = (await sharp(tagged).metadata()).icc!;
  t.true(distance(await shown(icc), await shown(known)).max <= 2);
});

test('HDR stays so in AVIF and PNG; other formats warn', async (t) => {
  const path = await sourceOf(t, 'a.avif', await codedAvif(16, PQ));
  const trip = (format: OutputFormat) => roundTrip(path, { format, factor: 2 });
  const avif = await trip('avif');
  t.deepEqual(avif.warnings, [], 'nothing is said of 10 bits that stay 10');
  t.deepEqual(codingOfHeif(bufferSource(Buffer.from(avif.bytes))), PQ);
  const png = await trip('png');
  t.deepEqual(png.warnings, []);
  t.deepEqual(new Map(chunksOf(png.bytes)).get('cICP'), Buffer.of(9, 16, 0, 1));
  for (const format of ['jpeg', 'webp', 'tiff'] as const) {
    t.regex((await trip(format)).warnings.join(), /colours are HDR \(PQ\), which \w+ cannot say/, format);
  }
  t.regex((await trip('webp')).warnings.join(), /^10 bits per channel were reduced to 8/);
});

test('cICP of a PNG arrives in PNG and AVIF', async (t) => {
  const png = withChunks(
    await pipelineOf(draw({ bits: 16 }))
      .png()
      .toBuffer(),
    ['cICP', Buffer.of(9, 16, 0, 1)],
  );
  const path = await sourceOf(t, 'a.png', png);
  const again = await roundTrip(path, { format: 'png', factor: 2 });
  t.deepEqual(new Map(chunksOf(again.bytes)).get('cICP'), Buffer.of(9, 16, 0, 1));
  const avif = await roundTrip(path, { format: 'avif', factor: 2 });
  t.deepEqual(codingOfHeif(bufferSource(Buffer.from(avif.bytes))), PQ);
});

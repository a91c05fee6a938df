import { deflateSync } from 'node:zlib';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import sharp from 'sharp';
import { DISPLAY_P3, matrixProfile, SRGB } from '../../../src/pixels/codec/metadata/stated-colour.js';
import { chunk } from '../../../src/pixels/codec/png/png-chunks.js';
import { pipe } from '../../../src/index.js';
import { p3Profile } from '../../helpers/images.js';
import { temporaryDirectory } from '../../helpers/temporary-directory.js';

/** One colour, as a PNG with chunks behind its header. */
async function colourPng(colour: [number, number, number], ...chunks: Uint8Array[]): Promise<Buffer> {
  const [r, g, b] = colour;
  const bare = await sharp({ create: { width: 16, height: 16, channels: 3, background: { r, g, b } } })
    .png()
    .toBuffer();
  return Buffer.concat([bare.subarray(0, 33), ...chunks, bare.subarray(33)]);
}

const u32 = (...values: number[]) =>
  Buffer.concat(values.map((value) => Buffer.from(Uint32Array.of(value).buffer).swap32()));
const GAMA_1 = chunk('gAMA', u32(100_000));
const CHRM_P3 = chunk('cHRM', u32(31_270, 32_900, 68_000, 32_000, 26_500, 69_000, 15_000, 6_000));

/** What a program that minds profiles shows of the result. */
async function shown(file: string): Promise<number[]> {
  const { data } = await sharp(file)
    .toColourspace('srgb')
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return [...data.subarray(0, 3)];
}

async function upscaled(
  t: Parameters<typeof temporaryDirectory>[0],
  source: Buffer,
  format: 'png' | 'webp' | 'gif' | 'jpeg',
  name = 'a.png',
) {
  const directory = await temporaryDirectory(t);
  const file = path.join(directory, name);
  await writeFile(file, source);
  const warnings: string[] = [];
  const out = path.join(directory, 'out');
  let dst = '';
  await pipe({
    inputs: [file],
    out,
    format,
    lossless: format === 'webp',
    engine: 'resize',
    onOutcome: (outcome) => {
      warnings.push(...outcome.warnings, ...(outcome.message === undefined ? [] : [outcome.message]));
      dst = outcome.dst ?? '';
    },
  });
  return { file: dst, warnings };
}

test('our profile is equivalent to that of the encoder', async (t) => {
  const own = matrixProfile(DISPLAY_P3, 'srgb', false);
  const colour = (icc: Buffer) =>
    colourPng([200, 60, 90], ...chunk('iCCP', Buffer.from('icc\0\0', 'latin1'), deflateSync(icc)));
  const directory = await temporaryDirectory(t);
  const results = await Promise.all(
    [own, await p3Profile()].map(async (icc, i) => {
      const file = path.join(directory, `${i}.png`);
      await writeFile(file, await colour(icc));
      return shown(file);
    }),
  );
  results[0]?.forEach((value, i) =>
    t.true(Math.abs(value - (results[1]?.[i] ?? -9)) <= 1, `${String(results[0])} and ${String(results[1])}`),
  );
  t.throws(() => matrixProfile({ ...SRGB, green: SRGB.red }, 'srgb', false), { instanceOf: RangeError });
});

test('gAMA and cHRM: unchanged in PNG, as a profile or converted elsewhere', async (t) => {
  const linear = await colourPng([55, 55, 55], ...GAMA_1);
  const png = await upscaled(t, linear, 'png');
  t.true((await readFile(png.file)).includes(Buffer.concat(GAMA_1)));
  t.deepEqual(png.warnings, []);
  // a linear 55/255 is a fifth of the light: 128 in sRGB
  for (const format of ['webp', 'gif'] as const) {
    const { file } = await upscaled(t, linear, format);
    for (const value of await shown(file)) t.true(Math.abs(value - 128) <= 2, `${format}: ${value}`);
  }
  const wide = await upscaled(t, await colourPng([200, 60, 90], ...CHRM_P3), 'gif');
  const [red = 0] = await shown(wide.file);
  t.true(red > 206, `a red of P3 is beyond 200 of sRGB: ${red}`);
});

test('cICP: HDR is kept in PNG and reported elsewhere; P3 becomes a profile', async (t) => {
  const pq = chunk('cICP', Buffer.of(9, 16, 0, 1));
  const hdr = await colourPng([120, 80, 40], ...pq);
  const png = await upscaled(t, hdr, 'png');
  t.true((await readFile(png.file)).includes(Buffer.concat(pq)));
  t.deepEqual(png.warnings, []);
  const webp = await upscaled(t, hdr, 'webp');
  t.regex(webp.warnings.join(), /HDR colours \(code points 9\/16\) cannot be stated in WebP/);

  const p3 = await upscaled(
    t,
    await colourPng([200, 60, 90], ...chunk('cICP', Buffer.of(12, 13, 0, 1))),
    'webp',
  );
  t.deepEqual(p3.warnings, []);
  t.truthy((await sharp(p3.file).metadata()).icc);
  const [red = 0] = await shown(p3.file);
  t.true(red > 206, `${red}`);
});

test('a gray profile is converted for formats without gray', async (t) => {
  const gray = await sharp({ create: { width: 16, height: 16, channels: 3, background: '#888888' } })
    .toColourspace('b-w')
    .png()
    .toBuffer();
  const icc = matrixProfile(SRGB, { gamma: 1.8 }, true);
  const tagged = Buffer.concat([
    gray.subarray(0, 33),
    ...chunk('iCCP', Buffer.from('icc\0\0', 'latin1'), deflateSync(icc)),
    gray.subarray(33),
  ]);
  const { file, warnings } = await upscaled(t, tagged, 'webp');
  t.regex(warnings.join(), /converted to sRGB, since WebP holds no profile of gray/);
  t.is((await sharp(file).metadata()).icc, undefined);
  // 136/255 to the power of 1.8 is 0.323 of the light: 154 in sRGB
  for (const value of await shown(file)) t.true(Math.abs(value - 154) <= 2, `${value}`);
});

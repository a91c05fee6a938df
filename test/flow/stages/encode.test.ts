import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import sharp from 'sharp';
import type { OutputFormat } from '../../../src/contract/job.js';
import {
  distance,
  draw,
  everySecond,
  pipelineOf,
  pixelAt,
  samplesOf,
  save,
  type Drawing,
} from '../../helpers/images.js';
import { roundTrip } from '../../helpers/run.js';
import { temporaryDirectory } from '../../helpers/temporary-directory.js';

const FORMATS: OutputFormat[] = ['png', 'jpeg', 'webp', 'avif', 'tiff', 'gif'];

interface Row {
  drawing: Drawing;
  format: OutputFormat;
  channels: number;
  depth: 'uchar' | 'ushort';
  /** Largest mean distance on the 8-bit scale; 0: the very same samples. */
  within: number;
}

const row = (
  channels: 1 | 2 | 3 | 4,
  bits: 8 | 16,
  format: OutputFormat,
  kept: number,
  depth: Row['depth'],
  within: number,
): Row => ({ drawing: { channels, bits }, format, channels: kept, depth, within });

const ROWS: Row[] = [
  row(1, 8, 'png', 1, 'uchar', 0),
  row(2, 8, 'png', 2, 'uchar', 0),
  row(3, 8, 'png', 3, 'uchar', 0),
  row(4, 8, 'png', 4, 'uchar', 0),
  row(1, 16, 'png', 1, 'ushort', 0),
  row(2, 16, 'png', 2, 'ushort', 0),
  row(3, 16, 'png', 3, 'ushort', 0),
  row(4, 16, 'png', 4, 'ushort', 0),
  row(1, 8, 'tiff', 1, 'uchar', 0),
  row(2, 8, 'tiff', 2, 'uchar', 0),
  row(3, 8, 'tiff', 3, 'uchar', 0),
  row(4, 8, 'tiff', 4, 'uchar', 0),
  row(1, 16, 'tiff', 1, 'ushort', 0),
  row(2, 16, 'tiff', 2, 'ushort', 0),
  row(3, 16, 'tiff', 3, 'ushort', 0),
  row(4, 16, 'tiff', 4, 'ushort', 0),
  row(1, 8, 'jpeg', 1, 'uchar', 2),
  row(3, 8, 'jpeg', 3, 'uchar', 3),
  row(3, 16, 'jpeg', 3, 'uchar', 3),
  row(3, 8, 'webp', 3, 'uchar', 6),
  row(4, 8, 'webp', 4, 'uchar', 6),
  row(3, 8, 'avif', 3, 'uchar', 6),
  row(4, 8, 'avif', 4, 'uchar', 6),
  row(3, 16, 'avif', 3, 'ushort', 6),
  row(4, 16, 'avif', 4, 'ushort', 6),
  row(3, 8, 'gif', 3, 'uchar', 8),
];

for (const { drawing, format, channels, depth, within } of ROWS) {
  test(`${String(drawing.channels)} × ${String(drawing.bits)} bit into ${format}: ${channels} × ${depth}`, async (t) => {
    const picture = draw(drawing);
    const path = await save(join(await temporaryDirectory(t), 'a.png'), pipelineOf(picture).png());
    const { bytes, widthPx, heightPx } = await roundTrip(path, { format, factor: 2 });
    const meta = await sharp(bytes).metadata();
    t.is(meta.format, format === 'avif' ? 'heif' : format);
    t.deepEqual([meta.width, meta.height, widthPx, heightPx], [96, 72, 96, 72]);
    t.deepEqual([meta.channels, meta.depth], [channels, depth]);
    const { max, mean } = distance(everySecond(await shown(bytes), 96, 4), await shown(path));
    t.true(within === 0 ? max === 0 : mean <= within, `distance ${mean}, at most ${max}`);
  });
}

/** RGBA of 8 bits with nothing under what is invisible. */
async function shown(input: string | Uint8Array): Promise<Uint8Array> {
  const data = await sharp(input).toColourspace('srgb').ensureAlpha().raw().toBuffer();
  for (let i = 0; i < data.length; i += 4) if (data[i + 3] === 0) data.fill(0, i, i + 3);
  return data;
}

test('16 bits come out of PNG and TIFF to the last bit', async (t) => {
  const picture = draw({ bits: 16, channels: 4, alpha: 'opaque' });
  const path = await save(join(await temporaryDirectory(t), 'a.png'), pipelineOf(picture).png());
  for (const format of ['png', 'tiff'] as const) {
    const { bytes } = await roundTrip(path, { format });
    t.deepEqual(distance((await samplesOf(bytes)).data, picture.data), { max: 0, mean: 0 }, format);
  }
});

for (const [from, to] of [
  ['gif', 'gif'],
  ['gif', 'webp'],
  ['webp', 'webp'],
  ['webp', 'gif'],
] as const) {
  test(`an animation goes frame by frame from ${from} to ${to}`, async (t) => {
    const path = join(await temporaryDirectory(t), `a.${from}`);
    const picture = draw({ channels: 4, pages: 3, alpha: 'opaque', noise: 0 });
    const timing = { delay: [40, 200, 70], loop: 3 };
    await save(
      path,
      from === 'gif'
        ? pipelineOf(picture).gif(timing)
        : pipelineOf(picture).webp({ ...timing, lossless: true }),
    );
    const { bytes } = await roundTrip(path, { format: to, factor: 2, targetWidthPx: 72, targetHeightPx: 54 });
    const meta = await sharp(bytes, { pages: -1 }).metadata();
    t.deepEqual([meta.pages, meta.width, meta.pageHeight], [3, 72, 54]);
    t.deepEqual([meta.delay, meta.loop], [timing.delay, 3]);
    for (let page = 0; page < 3; page++) {
      const alone = await sharp(path, { page })
        .resize(72, 54, { fit: 'fill', kernel: 'lanczos3' })
        .png()
        .toBuffer();
      const { mean } = distance(
        await shown(alone),
        await shown(await sharp(bytes, { page }).png().toBuffer()),
      );
      t.true(mean < 10, `frame ${page}: ${mean}`);
    }
  });
}

test('pages of a TIFF stay pages, and no page looks into the next', async (t) => {
  const path = join(await temporaryDirectory(t), 'a.tif');
  const page = (value: number) => new Uint8Array(20 * 10 * 3).fill(value);
  const data = Uint8Array.from([...page(0), ...page(255), ...page(0)]);
  await save(
    path,
    pipelineOf({ data, widthPx: 20, heightPx: 30, channels: 3, pages: 3 }).tiff({ compression: 'lzw' }),
  );
  const { bytes, warnings } = await roundTrip(path, {
    format: 'tiff',
    targetWidthPx: 33,
    targetHeightPx: 17,
  });
  const meta = await sharp(bytes, { pages: -1 }).metadata();
  t.deepEqual([meta.pages, meta.width, meta.pageHeight, warnings], [3, 33, 17, []]);
  for (const [i, value] of [0, 255, 0].entries()) {
    const { data: samples } = await samplesOf(bytes, i);
    t.true(
      samples.every((sample) => sample === value),
      `page ${i}`,
    );
  }
});

const LOSSES: [name: string, drawing: Drawing, format: OutputFormat, warning: RegExp | undefined][] = [
  ['alpha in JPEG', { channels: 4 }, 'jpeg', /flattened on white/],
  ['opaque alpha in JPEG', { channels: 4, alpha: 'opaque' }, 'jpeg', undefined],
  ['gray alpha in JPEG', { channels: 2 }, 'jpeg', /flattened on white/],
  ['16 bit in WebP', { bits: 16 }, 'webp', /16 bits per channel were reduced to 8, since WebP/],
  ['16 bit in AVIF', { bits: 16 }, 'avif', /reduced to 10, since AVIF/],
  ['16 bit in JPEG', { bits: 16 }, 'jpeg', /reduced to 8, since JPEG/],
  ['16 bit in GIF', { bits: 16 }, 'gif', /reduced to 8, since GIF/],
  ['soft alpha in GIF', { channels: 4 }, 'gif', /Partial transparency became all or nothing/],
  ['pages in PNG', { pages: 2 }, 'png', /Only the first of 2 pages was kept, since PNG/],
  ['pages in JPEG', { pages: 2 }, 'jpeg', /Only the first of 2 pages was kept, since JPEG/],
  ['pages in AVIF', { pages: 2 }, 'avif', /Only the first of 2 pages was kept, since AVIF/],
  ['pages in WebP', { pages: 2 }, 'webp', /pages became frames/],
];

for (const [name, drawing, format, warning] of LOSSES) {
  test(`said: ${name}`, async (t) => {
    const picture = draw(drawing);
    const path = join(await temporaryDirectory(t), 'a');
    await save(
      path,
      picture.pages > 1 ? pipelineOf(picture).tiff({ compression: 'lzw' }) : pipelineOf(picture).png(),
    );
    const { bytes, warnings } = await roundTrip(path, { format });
    if (warning)
      t.true(
        warnings.some((text) => warning.test(text)),
        warnings.join(),
      );
    else t.deepEqual(warnings, []);
    if (format === 'jpeg') t.is((await sharp(bytes).metadata()).channels, drawing.channels === 2 ? 1 : 3);
    if (format === 'jpeg' && warning?.test('flattened on white')) {
      t.true(
        pixelAt(await samplesOf(bytes), 0, 0).every((sample) => sample > 250),
        'white where it was transparent',
      );
    }
  });
}

test('GIF takes the colours that the profile means', async (t) => {
  const path = join(await temporaryDirectory(t), 'a.png');
  const data = new Uint8Array(16 * 16 * 3).map((_, i) => [200, 60, 60][i % 3]!);
  const red = pipelineOf({ data, widthPx: 16, heightPx: 16, channels: 3, pages: 1 });
  await save(path, red.withIccProfile('p3').png());
  const meant = pixelAt(await samplesOf(await sharp(path).png().toBuffer()), 8, 8);
  t.notDeepEqual(meant, pixelAt(await samplesOf(path), 8, 8), 'the profile changes these values');
  const { bytes, warnings } = await roundTrip(path, { format: 'gif' });
  t.true(distance(pixelAt(await samplesOf(bytes), 8, 8).slice(0, 3), meant).max <= 3);
  t.true(warnings.some((text) => text.includes('converted to sRGB')));
});

test('transparent edges show no halo on black or white, at any size', async (t) => {
  const directory = await temporaryDirectory(t);
  for (const bits of [8, 16] as const) {
    // green under what is invisible, a red disc: any green that shows is a halo
    const picture = draw({ channels: 4, bits, widthPx: 40, heightPx: 40, alpha: 'disc' });
    const full = bits === 16 ? 65535 : 255;
    for (let i = 0; i < picture.data.length; i += 4) {
      const visible = picture.data[i + 3]! > 0;
      picture.data.set(visible ? [full, 0, 0] : [0, full, 0], i);
    }
    const path = await save(join(directory, `${bits}.png`), pipelineOf(picture).png());
    for (const target of [80, 57]) {
      const { bytes } = await roundTrip(path, { factor: 2, targetWidthPx: target, targetHeightPx: target });
      const { data } = await samplesOf(await sharp(bytes).toColourspace('srgb').png().toBuffer());
      for (let i = 0; i < data.length; i += 4) {
        const [red, green, blue, alpha] = data.subarray(i, i + 4) as unknown as number[];
        const shows = (alpha! / 255) * Math.max(green!, blue!, 255 - red!);
        if (shows > 1.5) return t.fail(`${bits} bit, ${target} px: ${[red, green, blue, alpha].join()}`);
      }
    }
  }
  return t.pass();
});

test('an opaque alpha channel stays opaque through a resize, white stays white', async (t) => {
  const directory = await temporaryDirectory(t);
  for (const bits of [8, 16] as const) {
    for (const channels of [2, 4] as const) {
      const picture = draw({ channels, bits, alpha: 'opaque' });
      const full = bits === 16 ? 65535 : 255;
      picture.data.fill(full);
      const path = await save(join(directory, `${channels}-${bits}.png`), pipelineOf(picture).png());
      const { bytes } = await roundTrip(path, { targetWidthPx: 71, targetHeightPx: 29 });
      t.is((await sharp(bytes).metadata()).channels, channels);
      t.true(
        (await samplesOf(bytes)).data.every((sample) => sample === full),
        `${channels} × ${bits} bit`,
      );
    }
  }
});

test('what is opaque stays opaque in every format, at low quality too', async (t) => {
  const directory = await temporaryDirectory(t);
  for (const bits of [8, 16] as const) {
    const picture = draw({ channels: 4, bits, alpha: 'opaque', noise: 0.8, widthPx: 96, heightPx: 96 });
    const path = await save(join(directory, `${bits}.png`), pipelineOf(picture).png());
    for (const format of FORMATS) {
      const { bytes } = await roundTrip(path, { format, factor: 2, quality: 10 });
      t.true(
        (await shown(bytes)).every((sample, i) => i % 4 !== 3 || sample === 255),
        `${format}, ${bits} bit`,
      );
    }
  }
});

test('a ramp is made smaller without a shift', async (t) => {
  const directory = await temporaryDirectory(t);
  for (const bits of [8, 16] as const) {
    const step = bits === 16 ? 1000 : 3.5;
    const values = { length: 64 * 8 };
    const at = (_: unknown, i: number) => Math.round((i % 64) * step + step);
    const data = bits === 16 ? Uint16Array.from(values, at) : Uint8Array.from(values, at);
    const ramp = pipelineOf({ data, widthPx: 64, heightPx: 8, channels: 1, pages: 1 });
    const path = await save(join(directory, `${bits}.png`), ramp.png());
    const { bytes } = await roundTrip(path, { targetWidthPx: 45, targetHeightPx: 8 });
    const { data: result } = await samplesOf(bytes);
    const gaps = Array.from({ length: 33 }, (_, i) => {
      const x = i + 6;
      return Math.abs(result[4 * 45 + x]! / step - 1 - (((x + 0.5) * 64) / 45 - 0.5));
    });
    t.true(Math.max(...gaps) < (bits === 16 ? 0.05 : 0.3), `${bits} bit: ${gaps.join()}`);
  }
});

test('lossless WebP gives the samples back', async (t) => {
  const picture = draw({ channels: 4, alpha: 'opaque' });
  const path = await save(join(await temporaryDirectory(t), 'a.png'), pipelineOf(picture).png());
  const { bytes } = await roundTrip(path, { format: 'webp' }, { lossless: true });
  const back = await sharp(bytes).removeAlpha().raw().toBuffer();
  t.is(distance(back, await sharp(path).removeAlpha().raw().toBuffer()).max, 0);
});

test('quality is obeyed, and the same pixels give the same bytes', async (t) => {
  const path = await save(
    join(await temporaryDirectory(t), 'a.png'),
    pipelineOf(draw({ widthPx: 96 })).png(),
  );
  for (const format of FORMATS) {
    const [one, two] = await Promise.all([roundTrip(path, { format }), roundTrip(path, { format })]);
    t.deepEqual(one.bytes, two.bytes, format);
    if (!['jpeg', 'webp', 'avif'].includes(format)) continue;
    const low = await roundTrip(path, { format, quality: 20 });
    t.true(low.bytes.length < one.bytes.length, format);
  }
});

test('a copy is the source, byte by byte', async (t) => {
  const path = await save(join(await temporaryDirectory(t), 'a.jpg'), pipelineOf(draw()).jpeg());
  const { bytes, widthPx, heightPx } = await roundTrip(path, { action: 'copy', format: 'jpeg' });
  t.deepEqual(Buffer.from(bytes), await readFile(path));
  t.deepEqual([widthPx, heightPx], [48, 36]);
});

test('a size that the format cannot state is refused by name', async (t) => {
  const path = await save(join(await temporaryDirectory(t), 'a.png'), pipelineOf(draw()).png());
  const wish = { format: 'webp', targetWidthPx: 20_000, targetHeightPx: 10 } as const;
  const error = await t.throwsAsync(roundTrip(path, wish), { code: 'E_ENCODE' });
  t.is(error.message, `${path}: WebP ends at 16383 pixels a side, not at 20000×10.`);
});

import test from 'ava';
import sharp from 'sharp';
import { compareImages } from '../../../src/pixels/metrics/compare.js';
import { drawPair, savePng } from '../../helpers/image-pair.js';
import { temporaryDirectory } from '../../helpers/temporary-directory.js';

const SIZE = { widthPx: 61, heightPx: 47 };

/** What scikit-image 0.26 makes of the same pairs, with the window, constants and luma that are stated. */
const EXPECTED = [
  {
    channels: 3,
    bits: 8,
    shavePx: 0,
    rgb: 35.596153514357155,
    y: 40.53441851753486,
    ssimRgb: 0.991282629360955,
    ssimY: 0.9885972844600338,
  },
  {
    channels: 3,
    bits: 8,
    shavePx: 3,
    rgb: 35.51421057103204,
    y: 40.53044043958832,
    ssimRgb: 0.9913634341451963,
    ssimY: 0.9886802365653969,
  },
  {
    channels: 1,
    bits: 8,
    shavePx: 0,
    rgb: 35.662202323633025,
    y: 36.98412363550976,
    ssimRgb: 0.9913990004506466,
    ssimY: 0.9915110817816803,
  },
  {
    channels: 4,
    bits: 8,
    shavePx: 0,
    rgb: 38.6160443448655,
    y: 42.04003625317018,
    ssimRgb: 0.9883336737905167,
    ssimY: 0.9881042931836469,
    alpha: 35.569419147791514,
  },
  {
    channels: 4,
    bits: 8,
    shavePx: 3,
    rgb: 38.6199334346527,
    y: 41.9154556670103,
    ssimRgb: 0.9882650874340175,
    ssimY: 0.9877231741616519,
    alpha: 35.56739217228604,
  },
  {
    channels: 3,
    bits: 16,
    shavePx: 0,
    rgb: 35.61273174752477,
    y: 40.578397358109434,
    ssimRgb: 0.991333968182157,
    ssimY: 0.9887196789473864,
  },
  {
    channels: 3,
    bits: 16,
    shavePx: 3,
    rgb: 35.536312467205086,
    y: 40.5665704377687,
    ssimRgb: 0.9914093735804914,
    ssimY: 0.9887930286696301,
  },
  {
    channels: 1,
    bits: 16,
    shavePx: 3,
    rgb: 35.605158187801926,
    y: 36.92707949967867,
    ssimRgb: 0.9913692135792,
    ssimY: 0.9914814270405815,
  },
] as const;

for (const expected of EXPECTED) {
  const { channels, bits, shavePx } = expected;
  test(`agrees with scikit-image: ${channels} channels, ${bits} bit, shave ${shavePx}`, async (t) => {
    const directory = await temporaryDirectory(t);
    const pair = drawPair({ ...SIZE, channels, max: bits === 8 ? 255 : 65535 });
    const a = await savePng(directory, 'a.png', pair.original, pair, bits);
    const b = await savePng(directory, 'b.png', pair.changed, pair, bits);

    const found = await compareImages(a, b, { shavePx });

    const near = (value: number | undefined, reference: number) => {
      t.true(Math.abs((value ?? NaN) - reference) < 1e-9, `${value} is not ${reference}`);
    };
    near(found.psnrDb.rgb, expected.rgb);
    near(found.psnrDb.y, expected.y);
    near(found.ssim?.rgb, expected.ssimRgb);
    near(found.ssim?.y, expected.ssimY);
    if ('alpha' in expected) near(found.psnrDb.alpha, expected.alpha);
    else t.is(found.psnrDb.alpha, undefined);
    t.false(found.identical);
    t.is(found.a.bitsPerSample, bits);
  });
}

test('an image is identical to itself, at 8 bit and at 16', async (t) => {
  const directory = await temporaryDirectory(t);
  const pair = drawPair({ ...SIZE, channels: 3, max: 255 });
  const a = await savePng(directory, 'a.png', pair.original, pair);
  const wide = await savePng(
    directory,
    'wide.png',
    pair.original.map((value) => value * 257),
    pair,
    16,
  );
  for (const b of [a, wide]) {
    const { identical, psnrDb, meanSquaredError, largestDifference, ssim } = await compareImages(a, b);
    t.true(identical);
    t.deepEqual(psnrDb, { rgb: Infinity, y: Infinity });
    t.deepEqual(meanSquaredError, { rgb: 0, y: 0 });
    t.is(largestDifference, 0);
    t.true(Math.abs((ssim?.y ?? 0) - 1) < 1e-12);
  }
  t.regex((await compareImages(a, wide)).notes.join(), /8 bits/);
});

test('a gray image is the same as its colour version, an opaque one as one without alpha', async (t) => {
  const directory = await temporaryDirectory(t);
  const { original: gray } = drawPair({ ...SIZE, channels: 1, max: 255 });
  const each = (values: (value: number) => number[]) => Uint16Array.from([...gray].flatMap(values));
  const a = await savePng(directory, 'gray.png', gray, { ...SIZE, channels: 1 });
  const rgb = await savePng(
    directory,
    'rgb.png',
    each((v) => [v, v, v]),
    { ...SIZE, channels: 3 },
  );
  const opaque = await savePng(
    directory,
    'opaque.png',
    each((v) => [v, v, v, 255]),
    { ...SIZE, channels: 4 },
  );
  t.true((await compareImages(a, rgb)).identical);
  const withAlpha = await compareImages(rgb, opaque);
  t.true(withAlpha.identical);
  t.is(withAlpha.psnrDb.alpha, Infinity);
  t.regex(withAlpha.notes.join(), /no alpha: it counts as opaque/);
});

test('invisible colours do not count; alpha does', async (t) => {
  const directory = await temporaryDirectory(t);
  const shape = { widthPx: 16, heightPx: 16, channels: 4 } as const;
  const filled = (...pixel: number[]) =>
    Uint16Array.from({ length: 16 * 16 * 4 }, (_, i) => pixel[i % 4] ?? 0);
  const red = await savePng(directory, 'red.png', filled(255, 0, 0, 0), shape);
  const blue = await savePng(directory, 'blue.png', filled(0, 0, 255, 0), shape);
  const half = await savePng(directory, 'half.png', filled(0, 0, 0, 51), shape);
  t.true((await compareImages(red, blue)).identical);
  const { meanSquaredError, largestDifference } = await compareImages(red, half);
  t.is(meanSquaredError.rgb, 0);
  t.is(meanSquaredError.alpha, 51 ** 2);
  t.is(largestDifference, 51);
});

test('a shaved border does not count, but is part of the difference map', async (t) => {
  const directory = await temporaryDirectory(t);
  const shape = { widthPx: 40, heightPx: 30, channels: 3 } as const;
  const plain = new Uint16Array(40 * 30 * 3).fill(100);
  const spotted = plain.slice();
  spotted[(1 * 40 + 38) * 3] = 140;
  const a = await savePng(directory, 'a.png', plain, shape);
  const b = await savePng(directory, 'b.png', spotted, shape);
  t.false((await compareImages(a, b, { shavePx: 1 })).identical);
  const { identical, map, histogram } = await compareImages(a, b, { shavePx: 2, cellPx: () => 10 });
  t.true(identical);
  t.is(
    histogram.reduce((sum, count) => sum + count),
    36 * 26,
  );
  t.deepEqual(map?.worst, { x: 38, y: 1, difference: 40 });
  t.deepEqual([...(map?.cells ?? [])], [0, 0, 0, 40, 0, 0, 0, 0, 0, 0, 0, 0]);
});

test('pages are compared one by one', async (t) => {
  const directory = await temporaryDirectory(t);
  const shape = { widthPx: 24, heightPx: 20, channels: 3 } as const;
  const frames = drawPair({ ...shape, heightPx: 60, max: 255, strength: 0.3 });
  const save = async (name: string, samples: Uint16Array) => {
    const path = `${directory}/${name}.webp`;
    const raw = { width: 24, height: 60, channels: 3, pageHeight: 20 } as const;
    await sharp(Uint8Array.from(samples), { raw }).webp({ lossless: true, loop: 0 }).toFile(path);
    return path;
  };
  const a = await save('a', frames.original);
  const b = await save('b', frames.changed);
  const found = await compareImages(a, b, { shavePx: 2 });
  t.is(found.pages, 3);
  t.is(found.heightPx, 20);

  const pageBytes = 24 * 20 * 3;
  const single = await Promise.all(
    [0, 1, 2].map(async (page) => {
      const cut = (samples: Uint16Array) => samples.slice(page * pageBytes, (page + 1) * pageBytes);
      const p = await savePng(directory, `p${page}.png`, cut(frames.original), shape);
      const q = await savePng(directory, `q${page}.png`, cut(frames.changed), shape);
      return compareImages(p, q, { shavePx: 2 });
    }),
  );
  const mean = (values: (number | undefined)[]) => values.reduce<number>((sum, v) => sum + (v ?? NaN), 0) / 3;
  t.true(Math.abs(found.meanSquaredError.rgb - mean(single.map((s) => s.meanSquaredError.rgb))) < 1e-9);
  t.true(Math.abs((found.ssim?.y ?? NaN) - mean(single.map((s) => s.ssim?.y))) < 1e-12);
});

test('a large image is compared in bands with the same result', async (t) => {
  const directory = await temporaryDirectory(t);
  const whole = drawPair({ widthPx: 1024, heightPx: 1500, channels: 1, max: 255 });
  const a = await savePng(directory, 'a.png', whole.original, whole);
  const b = await savePng(directory, 'b.png', whole.changed, whole);
  const { meanSquaredError, histogram } = await compareImages(a, b);
  const squares = whole.original.reduce((sum, value, i) => sum + (value - (whole.changed[i] ?? 0)) ** 2, 0);
  t.true(Math.abs(meanSquaredError.rgb - squares / whole.original.length) < 1e-9);
  t.is(
    histogram.reduce((sum, count) => sum + count),
    1024 * 1500,
  );
});

test('images are compared upright', async (t) => {
  const directory = await temporaryDirectory(t);
  const pair = drawPair({ ...SIZE, channels: 3, max: 255 });
  const a = await savePng(directory, 'a.png', pair.original, pair);
  const turned = `${directory}/turned.png`;
  await sharp(a).rotate(270).withMetadata({ orientation: 6 }).png().toFile(turned);
  t.true((await compareImages(a, turned)).identical);
});

test('rejects different sizes, too wide a border and invalid numbers, and names the images', async (t) => {
  const directory = await temporaryDirectory(t);
  const small = drawPair({ widthPx: 10, heightPx: 12, channels: 3, max: 255 });
  const a = await savePng(directory, 'a.png', small.original, small);
  const b = await savePng(directory, 'b.png', small.original, { ...small, widthPx: 12, heightPx: 10 });
  const sizes = await t.throwsAsync(compareImages(a, b), { code: 'E_USAGE' });
  t.is(sizes.message, `${a} (10×12 px) and ${b} (12×10 px) differ in size.`);
  await t.throwsAsync(compareImages(a, a, { shavePx: 5 }), {
    code: 'E_USAGE',
    message: /Nothing is left of 10×12 px/,
  });
  await t.throwsAsync(compareImages(a, a, { shavePx: 1.5 }), { code: 'E_USAGE' });
  const tiny = await compareImages(a, a, { shavePx: 4 });
  t.true(tiny.identical);
  t.is(tiny.ssim, undefined);
});

test('with the option, compares the common part of different sizes', async (t) => {
  const cwd = await temporaryDirectory(t);
  const pair = drawPair({ widthPx: 60, heightPx: 40, channels: 3, max: 255 });
  const corner = (samples: Uint16Array) =>
    samples.filter((_, i) => Math.floor(i / 3) % 60 < 57 && i < 36 * 60 * 3);
  const size = { widthPx: 57, heightPx: 36, channels: 3 as const };
  const whole = await savePng(cwd, 'whole.png', pair.original, pair);
  const small = await savePng(cwd, 'small.png', corner(pair.original), size);
  const other = await savePng(cwd, 'other.png', corner(pair.changed), size);
  const options = { shavePx: 2, cellPx: () => 16 };
  const expected = await compareImages(small, other, options);
  const found = await compareImages(whole, other, { ...options, common: true });
  t.deepEqual(found, { ...expected, a: { ...expected.a, path: whole } });
  await t.throwsAsync(compareImages(whole, other, options), { code: 'E_USAGE' });
});

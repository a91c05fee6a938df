import test from 'ava';
import { degrade, degradeClean } from '../../../src/apps/train/degrade/degrade.js';
import { toFewLevels } from '../../../src/apps/train/degrade/drawing.js';
import { addNoise, blur, compress } from '../../../src/apps/train/degrade/steps.js';
import { seededRandom } from '../../../src/apps/train/random.js';
import { resample, RESAMPLE_KERNELS, type Rgb } from '../../../src/apps/train/resample.js';

function picture(widthPx: number, heightPx: number, value: (x: number, y: number, c: number) => number): Rgb {
  const data = new Uint8Array(widthPx * heightPx * 3);
  for (let y = 0, at = 0; y < heightPx; y++) {
    for (let x = 0; x < widthPx; x++) for (let c = 0; c < 3; c++) data[at++] = value(x, y, c);
  }
  return { data, widthPx, heightPx };
}

const noise = seededRandom(5);
const noisy = picture(48, 32, () => noise.below(256));
const mean = ({ data }: Rgb) => data.reduce((sum, value) => sum + value, 0) / data.length;
const distance = (a: Rgb, b: Rgb) =>
  Math.sqrt(a.data.reduce((sum, value, i) => sum + (value - b.data[i]!) ** 2, 0) / a.data.length);

test('every kernel keeps flat pictures, and places centres in line', (t) => {
  for (const kernel of RESAMPLE_KERNELS) {
    const flat = resample(
      picture(24, 18, (_x, _y, c) => 40 + 80 * c),
      12,
      9,
      kernel,
    );
    t.deepEqual([...flat.data.subarray(0, 3)], [40, 120, 200], kernel);
    t.true(
      flat.data.every((value, i) => value === 40 + 80 * (i % 3)),
      kernel,
    );
    // a ramp of 4 levels a pixel: centre i of the small one lies at 2i + 0.5 of the large one
    const ramp = resample(
      picture(48, 8, (x) => 4 * x),
      24,
      4,
      kernel,
    );
    for (let x = 4; x < 20; x++)
      t.true(Math.abs(ramp.data[3 * x]! - 4 * (2 * x + 0.5)) <= 1, `${kernel} ${x}`);
  }
});

test('clean is bicubic with a = -0.5, antialiased: against sums written out', (t) => {
  const weight = (d: number) => {
    const x = Math.abs(d);
    if (x >= 2) return 0;
    return x < 1 ? 1.5 * x ** 3 - 2.5 * x ** 2 + 1 : -0.5 * x ** 3 + 2.5 * x ** 2 - 4 * x + 2;
  };
  const small = degradeClean(noisy, 2);
  const at = (x: number, y: number) => noisy.data[(y * 48 + x) * 3]!;
  for (const [x, y] of [
    [8, 5],
    [12, 9],
    [3, 12],
  ] as const) {
    let sum = 0;
    let weights = 0;
    for (let j = -4; j <= 5; j++) {
      for (let i = -4; i <= 5; i++) {
        const w = weight((i - 0.5) / 2) * weight((j - 0.5) / 2);
        const [px, py] = [2 * x + i, Math.min(31, 2 * y + j)];
        sum += w * at(px, Math.max(0, py));
        weights += w;
      }
    }
    const expected = Math.min(255, Math.max(0, sum / weights));
    t.true(Math.abs(small.data[(y * 24 + x) * 3]! - expected) <= 1);
  }
});

test('blur 0 changes nothing, more of it smooths, less than none sharpens; the mean stays', (t) => {
  t.deepEqual(blur(noisy, 0).data, noisy.data);
  const spread = (p: Rgb) =>
    distance(
      p,
      picture(48, 32, () => mean(p)),
    );
  const soft = picture(48, 32, (x) => 128 + Math.round(40 * Math.sin(x / 2)));
  t.true(spread(blur(noisy, 1)) < 0.6 * spread(noisy));
  t.true(spread(blur(soft, -0.5)) > spread(soft));
  t.true(Math.abs(mean(blur(noisy, 0.8)) - mean(noisy)) < 1);
});

test('noise has the strength that is asked for, and gray noise is gray', (t) => {
  const flat = picture(64, 64, () => 128);
  const strong = addNoise(flat, 8, true, seededRandom(2));
  const deviation = distance(strong, flat);
  t.true(deviation > 6 && deviation < 12, `${deviation}`);
  const gray = addNoise(flat, 8, false, seededRandom(2)).data;
  for (let i = 0; i < gray.length; i += 3) t.true(gray[i] === gray[i + 1] && gray[i] === gray[i + 2]);
});

test('JPEG and WebP lose more at a lower quality, and keep the size', async (t) => {
  const soft = picture(64, 48, (x, y, c) => 128 + Math.round(60 * Math.sin(x / 3 + c) * Math.cos(y / 4)));
  for (const format of ['jpeg', 'webp'] as const) {
    const [low, high] = [await compress(soft, format, 40), await compress(soft, format, 95)];
    t.deepEqual([low.widthPx, low.heightPx, low.data.length], [64, 48, soft.data.length]);
    t.true(distance(low, soft) > distance(high, soft) && distance(high, soft) > 0, format);
  }
});

test('few levels are few levels', (t) => {
  t.true(new Set(toFewLevels(noisy, 16).data).size <= 16);
});

for (const kind of ['clean', 'photo', 'drawing'] as const) {
  test(`${kind}: the same seed gives the same picture, of the small size`, async (t) => {
    for (const factor of [2, 4]) {
      const [a, b] = [
        await degrade(kind, noisy, factor, seededRandom(9)),
        await degrade(kind, noisy, factor, seededRandom(9)),
      ];
      t.deepEqual(a.data, b.data);
      t.deepEqual([a.widthPx, a.heightPx], [48 / factor, 32 / factor]);
    }
  });
}

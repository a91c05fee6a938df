import test from 'ava';
import { openSsim } from '../../../src/pixels/metrics/psnr-ssim.js';
import { seeded } from '../../helpers/random.js';

const noise = (seed: number, width: number, height: number) => {
  const next = seeded(seed);
  return Array.from({ length: height }, () => Float64Array.from({ length: width }, () => 255 * next()));
};

function measure(a: readonly Float64Array[], b: readonly Float64Array[]) {
  const ssim = openSsim(a[0]!.length);
  a.forEach((row, y) => ssim.push(row, b[y]!));
  return ssim;
}

/** The definition, window by window, in two dimensions and with variances as they are defined. */
function byDefinition(a: readonly Float64Array[], b: readonly Float64Array[]): number {
  const offsets = Array.from({ length: 121 }, (_, i) => ({ dx: (i % 11) - 5, dy: Math.floor(i / 11) - 5 }));
  const bell = offsets.map(({ dx, dy }) => Math.exp(-(dx ** 2 + dy ** 2) / (2 * 1.5 ** 2)));
  const total = bell.reduce((sum, w) => sum + w);
  const weighted = (value: (dx: number, dy: number) => number) =>
    offsets.reduce((sum, { dx, dy }, i) => sum + (bell[i]! / total) * value(dx, dy), 0);
  const all: number[] = [];
  for (let y = 5; y < a.length - 5; y++) {
    for (let x = 5; x < a[0]!.length - 5; x++) {
      const at = (image: readonly Float64Array[]) => (dx: number, dy: number) => image[y + dy]![x + dx]!;
      const [p, q] = [at(a), at(b)];
      const [meanP, meanQ] = [weighted(p), weighted(q)];
      const varianceP = weighted((dx, dy) => (p(dx, dy) - meanP) ** 2);
      const varianceQ = weighted((dx, dy) => (q(dx, dy) - meanQ) ** 2);
      const covariance = weighted((dx, dy) => (p(dx, dy) - meanP) * (q(dx, dy) - meanQ));
      const [c1, c2] = [(0.01 * 255) ** 2, (0.03 * 255) ** 2];
      all.push(
        ((2 * meanP * meanQ + c1) * (2 * covariance + c2)) /
          ((meanP ** 2 + meanQ ** 2 + c1) * (varianceP + varianceQ + c2)),
      );
    }
  }
  return all.reduce((sum, value) => sum + value) / all.length;
}

test('row by row, the result matches the definition', (t) => {
  const [a, b] = [noise(1, 17, 14), noise(2, 17, 14)];
  const blend = a.map((row, y) => row.map((value, x) => 0.7 * value + 0.3 * b[y]![x]!));
  for (const other of [b, blend]) {
    const { sum, windows } = measure(a, other);
    t.is(windows, 7 * 4);
    t.true(Math.abs(sum / windows - byDefinition(a, other)) < 1e-9);
  }
});

test('an image smaller than the window has no SSIM', (t) => {
  t.is(measure(noise(1, 10, 20), noise(2, 10, 20)).windows, 0);
  t.is(measure(noise(1, 20, 10), noise(2, 20, 10)).windows, 0);
  t.is(measure(noise(1, 11, 11), noise(2, 11, 11)).windows, 1);
});

test('no window spans two pages', (t) => {
  const [a, b] = [noise(1, 15, 24), noise(2, 15, 24)];
  const ssim = openSsim(15);
  a.forEach((row, y) => {
    if (y % 12 === 0) ssim.restart();
    ssim.push(row, b[y]!);
  });
  const first = measure(a.slice(0, 12), b.slice(0, 12));
  const second = measure(a.slice(12), b.slice(12));
  t.is(ssim.windows, first.windows + second.windows);
  t.true(Math.abs(ssim.sum - first.sum - second.sum) < 1e-9);
});

import test from 'ava';
import { bleed } from '../../../src/pixels/transparency.js';
import type { Pixels } from '../../../src/contract/job.js';
import { blankPixels, drawPixels, pageOfPixels, setAlpha } from '../../helpers/pixels.js';
import { seeded } from '../../helpers/random.js';

const hiddenOf = ({ data, channels }: Pixels) =>
  Array.from({ length: data.length / channels }, (_, i) => i).filter(
    (i) => data[i * channels + channels - 1] === 0,
  );

for (const channels of [2, 4] as const) {
  for (const bits of [8, 16] as const) {
    test(`${channels} channels of ${bits} bits: what is seen stays, what is hidden is between`, (t) => {
      const random = seeded(3);
      const pixels = drawPixels({ widthPx: 37, heightPx: 23, channels, bits });
      setAlpha(pixels, () => (random() < 0.4 ? random() : 0));
      const before = pixels.data.slice();
      bleed(pixels);
      const hidden = new Set(hiddenOf(pixels));
      const range = Array.from({ length: channels - 1 }, () => ({ low: Infinity, high: -Infinity }));
      for (let i = 0; i < before.length; i++) {
        const channel = i % channels;
        const isHidden = hidden.has(Math.floor(i / channels));
        if (!isHidden || channel === channels - 1) {
          if (pixels.data[i] !== before[i]) t.fail(`sample ${i} changed`);
        }
        const bounds = range[channel];
        if (isHidden || !bounds) continue;
        bounds.low = Math.min(bounds.low, before[i]!);
        bounds.high = Math.max(bounds.high, before[i]!);
      }
      for (const at of hidden) {
        range.forEach(({ low, high }, c) => {
          const value = pixels.data[at * channels + c]!;
          if (value < low - 1 || value > high + 1) t.fail(`${value} is not within ${low}..${high}`);
        });
      }
      t.true(hidden.size > 100);
    });
  }
}

test('near colours dominate: two halves meet in the middle', (t) => {
  const pixels = blankPixels({ widthPx: 40, heightPx: 8, channels: 4 });
  setAlpha(pixels, (x) => Number(x < 4 || x >= 36));
  for (let i = 0; i < pixels.data.length; i += 4) pixels.data[i] = (i / 4) % 40 < 20 ? 250 : 10;
  bleed(pixels);
  const red = (x: number) => pixels.data[(4 * 40 + x) * 4]!;
  t.true(red(5) > 220 && red(34) < 60, `${red(5)} ${red(34)}`);
  for (let x = 5; x < 35; x++) t.true(red(x) <= red(x - 1) + 1, `falls from left to right at ${x}`);
});

test('pages do not mix; a fully transparent or fully visible page does not change', (t) => {
  const pixels = drawPixels({ widthPx: 16, heightPx: 16, pages: 3, channels: 4 });
  const alphas = [0, 1, 0.5];
  pixels.data.forEach((_, i) => {
    if (i % 4 === 3) pixels.data[i] = 255 * alphas[Math.floor(i / 4 / 256)]!;
  });
  // one hidden pixel, in the third page
  pixels.data.set([1, 2, 3, 0], (2 * 256 + 100) * 4);
  const before = drawPixels({ widthPx: 16, heightPx: 16, pages: 3, channels: 4 });
  before.data.set(pixels.data);
  bleed(pixels);
  t.deepEqual(pageOfPixels(pixels, 0).data, pageOfPixels(before, 0).data);
  t.deepEqual(pageOfPixels(pixels, 1).data, pageOfPixels(before, 1).data);
  t.notDeepEqual([...pixels.data.subarray((2 * 256 + 100) * 4, (2 * 256 + 100) * 4 + 3)], [1, 2, 3]);
  const changed = Array.from(pixels.data).filter((value, i) => value !== before.data[i]).length;
  t.true(changed <= 3);
});

test('without alpha nothing happens', (t) => {
  const pixels = drawPixels({ widthPx: 9, heightPx: 9, channels: 3 });
  const before = pixels.data.slice();
  bleed(pixels);
  t.deepEqual(pixels.data, before);
});

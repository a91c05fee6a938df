import test from 'ava';
import type { ImageHeader } from '../../../src/contract/job.js';
import { checkTarget } from '../../../src/flow/plan/format.js';
import { planMemory, predictMemory, predictSpilled } from '../../../src/flow/plan/image-memory.js';

const HEADER: ImageHeader = {
  format: 'png',
  widthPx: 1000,
  heightPx: 500,
  pages: 1,
  channels: 3,
  hasAlpha: false,
  bitsPerSample: 8,
  gray: false,
  fileBytes: 100_000,
};

const target = (factor: number) => ({ widthPx: 1000 * factor, heightPx: 500 * factor });

test('at least the pixels before and after, in the depth and with the pages there are', (t) => {
  const source = 1000 * 500 * 3;
  t.true(predictMemory(HEADER, [2], target(2)).bytes >= 5 * source + HEADER.fileBytes);
  t.is(predictMemory(HEADER, [2], target(2)).largestBytes, 4 * source);
  t.is(predictMemory({ ...HEADER, bitsPerSample: 16, pages: 3 }, [2], target(2)).largestBytes, 24 * source);
  t.is(predictMemory(HEADER, [8, 2], target(16)).largestBytes, 256 * source);
  t.true(predictMemory(HEADER, [8, 2], target(16)).bytes >= (64 + 256) * source);
});

test('what the network makes counts even where the result is smaller', (t) => {
  const source = 1000 * 500 * 3;
  const exact = predictMemory(HEADER, [8], target(8));
  const resized = predictMemory(HEADER, [8], target(5));
  t.is(resized.largestBytes, 64 * source);
  t.true(resized.bytes >= (64 + 25) * source && exact.bytes >= 65 * source);
});

test('a result that the format cannot hold is refused', (t) => {
  const tall = { widthPx: 10, heightPx: 20_000 };
  t.throws(() => checkTarget('a.png', 'webp', tall), {
    code: 'E_TOO_LARGE',
    message: /webp ends at 16383 pixels/,
  });
  t.notThrows(() => checkTarget('a.png', 'png', tall));
});

test('a spilled image holds its bands, and the whole frame where a codec needs it', (t) => {
  const little = { maxMemory: 2 ** 26, threads: 2 };
  const bands = predictSpilled(HEADER, 'png', target(2), little);
  t.true(bands >= 2 ** 25 && bands < 2 ** 26);
  t.is(predictSpilled({ ...HEADER, widthPx: 30_000 }, 'jpeg', target(8), little), bands);
  t.true(predictSpilled(HEADER, 'avif', target(2), little) - bands > 2000 * 1000 * 30);
  t.true(predictSpilled(HEADER, 'png', target(2), { maxMemory: 2 ** 40, threads: 2 }) < 2 ** 29);
});

test('an image goes through the disk where it does not fit, or would keep the next one from being decoded', (t) => {
  const plan = (widthPx: number, more: object = {}, format: 'png' | 'avif' = 'png', pages = 1) =>
    planMemory(
      {
        header: { ...HEADER, widthPx, heightPx: 4000, pages },
        passes: [2],
        format,
        target: { widthPx: 2 * widthPx, heightPx: 8000 },
      },
      { maxMemory: 640 * 2 ** 20, threads: 2, sequential: false, ...more },
    ).spill;
  t.false(plan(3000));
  t.true(plan(6000));
  t.false(plan(6000, { sequential: true }));
  t.true(plan(6000, { sequential: true, maxMemory: 2 ** 28 }));
  t.false(plan(6000, { maxMemory: 2 ** 31 }));
  t.false(plan(6000, {}, 'avif'), 'its encoder needs the whole frame');
  t.false(plan(600, {}, 'png', 10), 'an animation');
});

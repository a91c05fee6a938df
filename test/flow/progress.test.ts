import test from 'ava';
import type { Outcome } from '../../src/contract/job.js';
import { advance, BEGUN, progressBar, progressLine, remainingMs } from '../../src/flow/progress.js';

const outcome = (status: Outcome['status']): Outcome => ({
  index: 0,
  src: 'a.png',
  status,
  warnings: [],
  inputWidthPx: 1000,
  inputHeightPx: 500,
  pages: 2,
  ms: {},
  extra: {},
});

test('only images that were upscaled count as pixels; all that ended count as ended', (t) => {
  const all = (['done', 'failed', 'copied', 'done'] as const).map(outcome).reduce(advance, BEGUN);
  t.deepEqual(all, { total: undefined, ended: 4, failed: 1, inputPixels: 2_000_000 });
});

test('the line says how many, how fast, how long still, and what failed', (t) => {
  const progress = { total: 2000, ended: 500, failed: 3, inputPixels: 50_000_000 };
  t.is(progressLine(progress, 10_000), '500/2000 images, 5.00 Mpx/s, ETA 30.0 s, 3 failed');
  t.is(
    progressLine({ ...progress, total: undefined, failed: 0 }, 65_000),
    '500 images, 0.77 Mpx/s, 1 min 5 s',
  );
  t.is(progressLine(BEGUN, 0), '0 images, 0 ms');
  t.is(progressLine({ ...BEGUN, total: 1 }, 100), '0/1 image, 100 ms');
});

test('what remains is never below nothing', (t) => {
  t.is(remainingMs({ ...BEGUN, total: 5, ended: 7 }, 1000), 0);
  t.is(remainingMs({ ...BEGUN, total: 5 }, 1000), undefined);
});

test('the bar is full at the end and not before', (t) => {
  const bar = (ended: number) => progressBar({ ...BEGUN, total: 1000, ended }, 1).slice(0, 26);
  t.is(bar(0), `[${'-'.repeat(24)}]`);
  t.is(bar(999), `[${'#'.repeat(23)}-]`);
  t.is(bar(1000), `[${'#'.repeat(24)}]`);
  t.is(bar(1200), `[${'#'.repeat(24)}]`);
});

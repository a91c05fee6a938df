import test from 'ava';
import { MIN_READINGS, median, theilSen, trendOf, type Reading } from '../../../src/apps/profile/trend.js';
import { seeded } from '../../helpers/random.js';

const MIB = 2 ** 20;

/** Ten readings a second, in MiB. */
const readings = (length: number, at: (seconds: number, i: number) => number): Reading[] =>
  Array.from({ length }, (_, i) => ({ x: i / 10, y: MIB * at(i / 10, i) }));

const SEEDS = Array.from({ length: 40 }, (_, i) => i + 1);

/** Sum of uniform values: near enough to normal, deviation 1. */
function normal(seed: number): () => number {
  const next = seeded(seed * 7919);
  return () => Array.from({ length: 12 }, next).reduce((sum, value) => sum + value, -6);
}

test('the line goes through the middle, whatever a third of the readings says', (t) => {
  const line = readings(31, (x, i) => 100 + 2 * x + (i % 3 === 1 ? 500 : 0));
  t.true(Math.abs(theilSen(line) / MIB - 2) < 0.5);
  t.is(theilSen([]), 0);
  t.is(theilSen([{ x: 1, y: 5 }]), 0);
  t.is(median([]), 0);
  t.is(median([3, 1, 2, 10]), 2.5);
});

test('a leak is growing, in noise and beside sawteeth', (t) => {
  for (const seed of SEEDS) {
    const noise = normal(seed);
    t.is(trendOf(readings(100, (x) => 300 + 2 * x + 3 * noise())).verdict, 'growing', `noise ${seed}`);
    t.is(trendOf(readings(3000, (x) => 300 + 0.1 * x + 5 * noise())).verdict, 'growing', `long ${seed}`);
    const teeth = trendOf(readings(200, (x, i) => 300 + 3 * x + (i % 17) + noise()));
    t.is(teeth.verdict, 'growing', `teeth ${seed}`);
    t.true(teeth.rise > 40 * MIB && teeth.rise < 80 * MIB);
  }
});

test('what goes up and down is steady: noise, slow noise, sawteeth, a fall', (t) => {
  let wrong = 0;
  for (const seed of SEEDS) {
    const noise = normal(seed);
    let slow = 0;
    const drift = () => (slow = 0.9 * slow + noise());
    t.is(trendOf(readings(100, () => 300 + 3 * noise())).verdict, 'steady', `noise ${seed}`);
    t.is(trendOf(readings(300, (_, i) => 300 + (i % 40) + noise())).verdict, 'steady', `teeth ${seed}`);
    t.is(trendOf(readings(100, (x) => 300 - 5 * x + noise())).verdict, 'steady', `fall ${seed}`);
    if (trendOf(readings(150, () => 300 + 2 * drift())).verdict === 'growing') wrong += 1;
  }
  t.true(wrong <= 1, `${wrong} of ${SEEDS.length} runs of slow noise are called growing`);
});

test('what levels off, and one step up, are no leak', (t) => {
  for (const seed of SEEDS) {
    const noise = normal(seed);
    t.is(
      trendOf(readings(200, (x) => 300 + 100 * (1 - Math.exp(-x / 3)) + noise())).verdict,
      'steady',
      `levels off ${seed}`,
    );
    t.is(trendOf(readings(200, (x) => 300 + (x > 5 ? 60 : 0) + noise())).verdict, 'steady', `step ${seed}`);
  }
});

test('a rise below one percent is not called a leak, however even it is', (t) => {
  t.is(trendOf(readings(100, (x) => 300 + 0.2 * x)).verdict, 'steady');
  t.is(trendOf(readings(100, (x) => 300 + 0.4 * x)).verdict, 'growing');
});

test('too few readings tell nothing', (t) => {
  t.is(trendOf([]).verdict, 'too short to tell');
  t.is(trendOf(readings(MIN_READINGS - 1, (x) => 100 + 100 * x)).verdict, 'too short to tell');
  t.is(trendOf(readings(MIN_READINGS, (x) => 100 + 100 * x)).verdict, 'growing');
});

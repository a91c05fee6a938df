import test from 'ava';
import { createBudget } from '../../src/system/budget.js';

/** Asks for all at once; how many were admitted after each of them was let go again. */
async function admittedTogether(totalBytes: number, ampleBytes: number, requests: number[]) {
  const budget = createBudget(totalBytes, ampleBytes);
  const held: (() => void)[] = [];
  const most: number[] = [];
  const all = requests.map(async (bytes) => held.push(await budget.take(bytes)));
  for (let left = requests.length; left > 0; left -= 1) {
    await new Promise(setImmediate);
    most.push(held.length);
    held.shift()!();
  }
  await Promise.all(all);
  return { most, usedBytes: budget.usedBytes, peakBytes: budget.peakBytes };
}

test('small images are admitted up to the ample amount', async (t) => {
  const { most, usedBytes, peakBytes } = await admittedTogether(1000, 100, new Array<number>(9).fill(25));
  t.deepEqual(most, [4, 4, 4, 4, 4, 4, 3, 2, 1]);
  t.is(usedBytes, 0);
  t.is(peakBytes, 100);
});

test('beyond it two are admitted: one being processed and one waiting', async (t) => {
  const { most, peakBytes } = await admittedTogether(1000, 100, [300, 300, 300, 300]);
  t.deepEqual(most, [2, 2, 2, 1]);
  t.is(peakBytes, 600);
});

test('beyond the total a single image is admitted, and no other overtakes it', async (t) => {
  const { most, peakBytes } = await admittedTogether(1000, 100, [10, 5000, 10, 10]);
  t.deepEqual(most, [1, 1, 2, 1]);
  t.is(peakBytes, 5000);
});

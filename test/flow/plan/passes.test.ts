import test from 'ava';
import { choosePasses } from '../../../src/flow/plan/passes.js';

const SLIM = [2, 3, 4, 8];

test('the smallest single factor that reaches', (t) => {
  t.deepEqual(choosePasses(2, SLIM), [2]);
  t.deepEqual(choosePasses(1.2, SLIM), [2]);
  t.deepEqual(choosePasses(2.1, SLIM), [3]);
  t.deepEqual(choosePasses(5, SLIM), [8]);
  t.deepEqual(choosePasses(8, SLIM), [8]);
  t.deepEqual(choosePasses(1920 / 640 + 1e-12, SLIM), [3]);
});

test('none for no enlargement', (t) => {
  t.deepEqual(choosePasses(1, SLIM), []);
  t.deepEqual(choosePasses(0.5, SLIM), []);
});

test('above the largest: as few as possible, then the smallest product, largest first', (t) => {
  t.deepEqual(choosePasses(16, SLIM), [8, 2]);
  t.deepEqual(choosePasses(9, SLIM), [3, 3]);
  t.deepEqual(choosePasses(64, SLIM), [8, 8]);
  t.deepEqual(choosePasses(65, SLIM), [8, 3, 3]);
  t.deepEqual(choosePasses(16, [4]), [4, 4]);
  t.deepEqual(choosePasses(3, [2]), [2, 2]);
});

test('for any factor the product reaches it, and no shorter chain could', (t) => {
  for (let wanted = 1.01; wanted < 1000; wanted *= 1.07) {
    const passes = choosePasses(wanted, SLIM);
    t.true(passes.reduce((product, pass) => product * pass, 1) >= wanted, String(wanted));
    t.true(8 ** (passes.length - 1) < wanted, String(wanted));
  }
});

test('a network that only keeps the size leaves the rest to the resize', (t) => {
  t.deepEqual(choosePasses(2, [1]), []);
});

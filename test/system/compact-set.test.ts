import test from 'ava';
import { createCompactSet } from '../../src/system/compact-set.js';

test('distinguishes new from known strings', (t) => {
  const set = createCompactSet();
  t.false(set.has('a'));
  t.true(set.add('a'));
  t.false(set.add('a'));
  t.true(set.has('a'));
  t.false(set.has('b'));
  t.is(set.size, 1);
});

test('a hundred thousand paths: no false results, at most 24 bytes each', (t) => {
  const set = createCompactSet();
  const name = (at: number) => `/data/set/${at % 100}/image ${at}.png`;
  for (let at = 0; at < 100_000; at++) if (!set.add(name(at))) t.fail(name(at));
  for (let at = 0; at < 100_000; at++) {
    if (!set.has(name(at))) t.fail(name(at));
    if (set.has(name(at + 100_000))) t.fail(name(at + 100_000));
  }
  t.is(set.size, 100_000);
  t.true(set.bytes <= 24 * 100_000, String(set.bytes));
});

import test from 'ava';
import { compareNatural } from '../../../src/places/find/walk.js';

const sorted = (...names: string[]) => names.toSorted(compareNatural);

test('digits count by their value', (t) => {
  t.deepEqual(sorted('a10.png', 'a2.png', 'a1.png'), ['a1.png', 'a2.png', 'a10.png']);
  t.deepEqual(sorted('2-10-3', '2-9-20', '2-10-2'), ['2-9-20', '2-10-2', '2-10-3']);
  t.deepEqual(sorted('9'.repeat(40), '1' + '0'.repeat(40)), ['9'.repeat(40), '1' + '0'.repeat(40)]);
});

test('letters compare case-insensitively; case and leading zeros only break ties', (t) => {
  t.deepEqual(sorted('b', 'A', 'a', 'B'), ['A', 'a', 'B', 'b']);
  t.deepEqual(sorted('a1', 'a01', 'a001'), ['a001', 'a01', 'a1']);
  t.deepEqual(sorted('a', '', 'ab'), ['', 'a', 'ab']);
});

test('it is a total order: antisymmetric, transitive, and 0 only for equal names', (t) => {
  const pieces = ['a', 'A', '1', '01', '10', '2', '-', 'é', '😀'];
  const names = pieces.flatMap((one) => pieces.flatMap((two) => [one, one + two, two + one + '3']));
  for (const a of names) {
    for (const b of names) {
      t.true(Math.sign(compareNatural(a, b)) === -Math.sign(compareNatural(b, a)), `${a} ${b}`);
      if (a !== b) t.not(compareNatural(a, b), 0, `${a} ${b}`);
    }
  }
  for (let at = 0; at + 2 < names.length; at++) {
    const [a, b, c] = [names[at]!, names[(at * 7) % names.length]!, names[(at * 13) % names.length]!].sort(
      compareNatural,
    );
    t.true(compareNatural(a!, c!) <= 0, `${a} ${b} ${c}`);
  }
});

import test from 'ava';
import {
  readFailureLimit,
  readNumber,
  readPixels,
  readWholeNumber,
  readWholeNumbers,
  readYesOrNo,
} from '../../src/command-line/values.js';

test('what each kind of value takes', (t) => {
  t.is(readNumber('1.5', '--scale'), 1.5);
  t.is(readNumber('-1', '--scale'), -1);
  t.is(readWholeNumber('007', '--limit'), 7);
  t.deepEqual(readWholeNumbers('10, 50,7', '--batch-sizes'), [10, 50, 7]);
  t.is(readPixels('50M', '--max-pixels'), 50_000_000);
  t.is(readPixels('1.5g', '--max-pixels'), 1_500_000_000);
  t.is(readPixels('12345', '--max-pixels'), 12_345);
  t.is(readFailureLimit('10', '--max-failures'), 10);
  t.is(readFailureLimit('2.5%', '--max-failures'), '2.5%');
  for (const yes of ['1', 'true', 'Yes', 'on']) t.true(readYesOrNo(yes, 'x'));
  for (const no of ['0', 'false', 'NO', 'off']) t.false(readYesOrNo(no, 'x'));
});

test('what it does not take, it names', (t) => {
  const message = 'Expected a number such as 2 or 1.5 for --scale but received two of type string.';
  t.throws(() => readNumber('two', '--scale'), { message });
  for (const bad of ['', ' ', '2x', 'Infinity', 'NaN']) t.throws(() => readNumber(bad, '--scale'));
  for (const bad of ['', '-1', '1.5', '1e3', '0x10']) t.throws(() => readWholeNumber(bad, '--limit'));
  for (const bad of ['', ',', '1,', '1,-2', '1;2', '1.5'])
    t.throws(() => readWholeNumbers(bad, '--batch-sizes'));
  for (const bad of ['', 'M', '1T', '-1', '1 M']) t.throws(() => readPixels(bad, '--max-pixels'));
  for (const bad of ['', '%', '-1', '5 %', '1.5']) t.throws(() => readFailureLimit(bad, '--max-failures'));
  for (const bad of ['', 'maybe', '2']) t.throws(() => readYesOrNo(bad, 'x'));
});

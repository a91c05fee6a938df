import test from 'ava';
import { layOut, niceStep } from '../../../src/report/plot/frame.js';

const texts = (scale: ReturnType<typeof layOut>) => scale.ticks.map(({ text }) => text);

test('steps are 1, 2 or 5 times a power of ten', (t) => {
  t.deepEqual([0.7, 1, 1.01, 2.5, 5.5, 34, 0.012].map(niceStep), [1, 1, 2, 5, 10, 50, 0.02]);
});

test('ticks are even, cover the values, and have the digits they need', (t) => {
  const scale = layOut({ label: 'Time', unit: 's' }, [0.13, 0.98], 5);
  t.deepEqual(texts(scale), ['0.0', '0.2', '0.4', '0.6', '0.8', '1.0']);
  t.is(scale.title, 'Time (s)');
  t.is(scale.at(0), 0);
  t.is(scale.at(1), 1);
  t.is(scale.show(0.12345), '0.1235 s');
});

test('negative values and explicit ends', (t) => {
  t.deepEqual(texts(layOut({ label: 'x' }, [-3, 9], 4)), ['-5', '0', '5', '10']);
  const stated = layOut({ label: 'x', min: 3, max: 17 }, [4, 5], 4);
  t.deepEqual(texts(stated), ['5', '10', '15']);
  t.is(stated.at(3), 0);
  t.is(stated.at(17), 1);
});

test('bytes are shown in a suitable unit, at round values of it', (t) => {
  const scale = layOut({ label: 'Memory', unit: 'bytes', min: 0 }, [412 * 2 ** 20], 5);
  t.is(scale.title, 'Memory (MiB)');
  t.deepEqual(texts(scale), ['0', '100', '200', '300', '400', '500']);
  t.is(scale.ticks[1]?.value, 100 * 2 ** 20);
  t.is(scale.show(1.5 * 2 ** 20), '1.5 MiB');
  t.is(layOut({ label: 'Size', unit: 'bytes', min: 0 }, [900], 5).title, 'Size (bytes)');
});

test('doubling counts are at equal distances', (t) => {
  const scale = layOut({ label: 'Threads', scale: 'log2' }, [1, 8], 8);
  t.deepEqual(texts(scale), ['1', '2', '4', '8']);
  t.deepEqual(
    [1, 2, 4, 8].map((value) => Number(scale.at(value).toFixed(9))),
    [0, 0.333333333, 0.666666667, 1],
  );
  t.deepEqual(texts(layOut({ label: 'Threads', scale: 'log2', ticks: [1, 3, 6] }, [1, 6], 8)), [
    '1',
    '3',
    '6',
  ]);
});

test('one value, no values and equal values still make an axis', (t) => {
  for (const values of [[], [0], [5, 5], [-2], [NaN]]) {
    const { ticks, at } = layOut({ label: 'x' }, values, 5);
    t.true(ticks.length >= 2, String(values));
    t.true(Number.isFinite(at(values.find(Number.isFinite) ?? 0)));
  }
});

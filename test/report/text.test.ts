import test from 'ava';
import type { NetworkListing } from '../../src/network/models/networks.js';
import { networkInfo, networksTable, pickNetwork } from '../../src/apps/cli/network-tables.js';
import { tableText, fit, openPaint, visible } from '../../src/report/terminal-text.js';
import { count, duration, rate } from '../../src/system/measures.js';

test('formats durations', (t) => {
  const cases = [
    [0, '0 ms'],
    [999.4, '999 ms'],
    [999.6, '1.0 s'],
    [59_940, '59.9 s'],
    [59_960, '1 min 0 s'],
    [119_700, '2 min 0 s'],
    [3_599_000, '59 min 59 s'],
    [3_599_600, '1 h 0 min'],
    [90_000_000, '25 h 0 min'],
  ] as const;
  for (const [ms, text] of cases) t.is(duration(ms), text);
});

test('counts and rates', (t) => {
  t.deepEqual([count(0, 'image'), count(1, 'image'), count(2, 'image')], ['0 images', '1 image', '2 images']);
  t.deepEqual([rate(0.034), rate(4.567), rate(45.67), rate(456.7)], ['0.03', '4.57', '45.7', '457']);
});

test('a name cannot send commands to the terminal', (t) => {
  t.is(visible('a\nb\u001b[31m\u009b\u202e.png'), 'a\\nb\\x1b[31m\\x9b\\u202e.png');
  t.is(visible('é 🌊 日本.png'), 'é 🌊 日本.png');
});

test('colours only on request', (t) => {
  t.is(openPaint(false).red('x'), 'x');
  t.is(openPaint(true).red('x'), '\u001b[31mx\u001b[39m');
  t.is(fit('\u001b[31mabcdef\u001b[39m', 4), 'abcd');
});

test('columns are aligned without trailing spaces', (t) => {
  t.is(
    tableText(
      [
        ['a', 'bbb', ''],
        ['aaaa', 'b', 'c'],
      ],
      new Set([1]),
    ),
    'a     bbb\naaaa    b  c\n',
  );
});

const installed: NetworkListing = {
  name: 'one',
  package: '@x/one',
  installed: true,
  version: '1.0.0',
  directory: '/d',
  licence: 'MIT',
  origin: 'somewhere',
  factors: [2, 4],
  defaultFactor: 2,
  networks: [2, 4].map((factor) => ({
    factor,
    radiusPx: 10,
    macsPerPixel: 222_544.4,
    ...(factor === 2 && { foldedMacsPerPixel: 72_824 }),
    liveFloatsPerPixel: 320,
    parameters: 1234,
  })),
};
const absent: NetworkListing = {
  ...installed,
  name: 'two',
  package: '@x/two',
  directory: undefined,
  networks: [],
};

test('a row for each factor, and how to install missing networks', (t) => {
  t.deepEqual(
    networksTable([installed, absent])
      .trimEnd()
      .split('\n')
      .map((line) => line.split(/ {2,}/)),
    [
      ['NAME', 'FACTOR', 'RADIUS', 'MACS/PX', 'PARAMETERS', 'LICENCE', 'FROM'],
      ['one', 'x2', '10 px', '222,544', '1,234', 'MIT', '@x/one 1.0.0'],
      ['one', 'x4', '10 px', '222,544', '1,234', 'MIT', '@x/one 1.0.0'],
      ['two', 'x2 x4', 'MIT', 'not installed: srgan models add @x/two'],
    ],
  );
  t.regex(networkInfo(installed), /^factors +x2 \(default\), x4$/m);
  t.regex(networkInfo(installed), /^x2 +10 px +222,544 +72,824 +3\.06x +1,234 +320$/m);
  t.regex(networkInfo(installed), /^x4 +10 px +222,544 +- +- +1,234 +320$/m);
  t.regex(networkInfo(absent), /^package +not installed: srgan models add @x\/two$/m);
});

test('an unknown name is answered with the known ones', (t) => {
  t.is(pickNetwork([installed, absent], 'two'), absent);
  t.throws(() => pickNetwork([installed, absent], 'three'), {
    message: 'There is no network of the name three.',
  });
});

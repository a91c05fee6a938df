import test from 'ava';
import { openNetworks } from '../../../src/network/models/networks.js';
import { familiesIn, familyFor, ownFamilies, ownIdentity } from '../../../src/network/models/own-families.js';
import { laterPass, ownNameFor, readOwnName } from '../../../src/contract/own-names.js';

const nameFor = (files: readonly string[], name: string, factor?: number) =>
  familyFor(familiesIn('dir', files), readOwnName(name)!, factor).name;

test('names of our own networks', (t) => {
  t.is(ownNameFor(), 'auto-m');
  t.is(ownNameFor('photo', 'best'), 'photo-l');
  t.is(ownNameFor(undefined, 'fast'), 'auto-s');
  t.deepEqual(readOwnName('drawing-l'), { kind: 'drawing', size: 'l' });
  for (const name of ['esrgan-slim', 'clean', 'clean-m-x2', 'clean-xl', 'noisy-m', '']) {
    t.is(readOwnName(name), undefined, name);
  }
});

test('a family is what lies in the directory, by kind, size and factor', (t) => {
  const files = [
    'photo-m-x4.onnx',
    'photo-m-x2.onnx',
    'clean-s-x2.onnx',
    'README.md',
    'clean-s-x2.srgan.json',
  ];
  t.deepEqual(
    familiesIn('dir', files).map(({ name, factors }) => [name, ...factors]),
    [
      ['clean-s', 2],
      ['photo-m', 2, 4],
    ],
  );
});

test('what is not there is the nearest size of its kind, then of clean', (t) => {
  const files = ['clean-s-x2.onnx', 'clean-m-x2.onnx', 'clean-s-x3.onnx', 'photo-s-x2.onnx'];
  t.is(nameFor(files, 'clean-m'), 'clean-m');
  t.is(nameFor(files, 'clean-l'), 'clean-m');
  t.is(nameFor(files, 'clean-m', 3), 'clean-s');
  t.is(nameFor(files, 'photo-l'), 'photo-s');
  t.is(nameFor(files, 'photo-l', 3), 'clean-s');
  t.is(nameFor(files, 'drawing-s'), 'clean-s');
  t.is(nameFor(files, 'auto-m'), 'clean-m');
  t.is(nameFor(['clean-l-x2.onnx', 'clean-s-x2.onnx'], 'clean-m'), 'clean-s');
  t.throws(() => nameFor([], 'clean-m'), { message: /None of srgan's networks of its own are installed\./ });
  t.throws(() => nameFor(files, 'clean-m', 7), { message: /for x7 is installed/ });
});

test('a pass after the first finds no damage any more', (t) => {
  t.is(laterPass('photo-m'), 'clean-m');
  t.is(laterPass('drawing-m'), 'drawing-m');
  t.is(laterPass('clean-s'), 'clean-s');
  t.is(laterPass('nets/photo.onnx'), 'nets/photo.onnx');
});

test('every network that is there can be run, and takes no more than its size may', async (t) => {
  const most = { s: 16_000, m: 64_000, l: 256_000 };
  const families = await ownFamilies();
  t.true(families.some(({ name }) => name === 'clean-m'));
  const networks = openNetworks({ engine: 'onnx', device: 'cpu' });
  for (const { name, size, factors } of families) {
    for (const factor of factors) {
      const network = await networks.load(name, factor);
      t.like(network, { factor, inputRange: 1, outputRange: 1, title: `${name} x${factor}` });
      // what depends on the factor is the last layer alone
      const allowance = factor === 2 ? 1 : 1.5;
      t.true(network.macsPerPixel <= most[size] * allowance, `${name} x${factor}: ${network.macsPerPixel}`);
    }
  }
  t.is(await ownIdentity(families), await ownIdentity(families));
  t.not(await ownIdentity(families), await ownIdentity([]));
});

test('the tfjs engine says that it does not run them', async (t) => {
  const networks = openNetworks({ engine: 'tfjs', device: 'cpu' });
  await t.throwsAsync(networks.load('clean-m', 2), {
    message: /tfjs engine does not run srgan's own networks/,
  });
});

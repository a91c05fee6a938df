import test from 'ava';
import { checkKeptName, keptNameOf, mayBeKeptAs } from '../../../../src/network/models/kept/kept-names.js';
import {
  keptDirectory,
  type Surroundings,
  isWithin,
} from '../../../../src/network/models/kept/kept-record.js';

const on = (platform: NodeJS.Platform, env: Surroundings['env'], home: string) =>
  keptDirectory({ platform, env, home });

test('where each platform has the data of programs', (t) => {
  t.is(on('linux', {}, '/home/u'), '/home/u/.local/share/srgan/models');
  t.is(on('linux', { XDG_DATA_HOME: '/data' }, '/home/u'), '/data/srgan/models');
  t.is(on('linux', { XDG_DATA_HOME: 'data' }, '/home/u'), '/home/u/.local/share/srgan/models');
  t.is(on('linux', { SRGAN_HOME: '/s', XDG_DATA_HOME: '/data' }, '/home/u'), '/s/models');
  t.is(on('darwin', {}, '/Users/u'), '/Users/u/Library/Application Support/srgan/models');
  t.is(on('win32', {}, 'C:\\Users\\u'), 'C:\\Users\\u\\AppData\\Local\\srgan\\models');
  t.is(on('win32', { LOCALAPPDATA: 'D:\\L' }, 'C:\\Users\\u'), 'D:\\L\\srgan\\models');
});

test('names that are one part of a path everywhere, and never taken for a file', (t) => {
  for (const name of ['a', 'realesr-animevideov3', '4xSPANkendata', 'cunet-noise0_scale2.0x']) {
    t.true(mayBeKeptAs(name), name);
  }
  for (const name of [
    '',
    '.',
    '..',
    'a/b',
    'a\\b',
    'net.onnx',
    'net.BIN',
    'con',
    'NUL.x',
    'a.',
    '-a',
    'é',
    'a b',
  ]) {
    t.false(mayBeKeptAs(name), name);
    t.throws(() => checkKeptName(name), { code: 'E_USAGE' });
    t.true(mayBeKeptAs(keptNameOf(name)), `${name}: ${keptNameOf(name)}`);
  }
  t.is(keptNameOf('my net (2)'), 'my-net-2');
  t.true(mayBeKeptAs(keptNameOf('x'.repeat(200))));
  for (const name of ['esrgan-slim', 'ESRGAN-Slim', 'lanczos3']) {
    t.throws(() => checkKeptName(name), { message: /built in/ });
  }
  t.notThrows(() => checkKeptName('esrgan-medium', 'esrgan-medium'));
});

test('paths that lead nowhere but below', (t) => {
  for (const file of ['a', 'a/b.c', '..a/b']) t.true(isWithin(file), file);
  for (const file of ['', '/a', 'a//b', '../a', 'a/../../b', 'a\\b', 'c:a', 'a\0'])
    t.false(isWithin(file), file);
});

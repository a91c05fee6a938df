import test from 'ava';
import sharp from 'sharp';
import { SrganError } from '../../../src/system/errors.js';
import { diskFailure } from '../../../src/flow/spill/layout.js';
import { testWhere } from '../../helpers/where.js';

const systemError = (code: string) => Object.assign(new Error(code), { code });

test('what the system says is told as a failure of the result', (t) => {
  const failure = diskFailure('out.png', systemError('ENOSPC')) as SrganError;
  t.is(failure.code, 'E_NOSPC');
  t.is(failure.message, 'out.png: the disk is full.');
});

testWhere(process.platform === 'linux', 'only Linux has /dev/full')(
  "libvips' words for a full disk are understood, whatever it was writing",
  async (t) => {
    const image = sharp({ create: { width: 900, height: 900, channels: 3, background: '#123456' } });
    for (const format of ['png', 'jpeg', 'tiff', 'webp'] as const) {
      const error: unknown = await t.throwsAsync(image.clone().toFormat(format).toFile('/dev/full'));
      const failure = diskFailure('out.png', error) as SrganError;
      t.is(failure.code, 'E_NOSPC', format);
      t.is(failure.message, 'out.png: the disk is full.');
    }
  },
);

test('what is no fault of the disk stays what it is', (t) => {
  for (const error of [
    new SrganError('E_DECODE', 'a.png: the image is damaged.'),
    new Error('pngload: read error'),
  ]) {
    t.is(diskFailure('out.png', error), error);
  }
});

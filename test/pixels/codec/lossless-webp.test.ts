import { join } from 'node:path';
import test from 'ava';
import sharp from 'sharp';
import { isLosslessWebp } from '../../../src/pixels/codec/metadata/carry.js';
import { roundTrip } from '../../helpers/run.js';
import { makeTree } from '../../helpers/tree.js';

const noise = () =>
  sharp({
    create: {
      width: 24,
      height: 16,
      channels: 3,
      background: '#777',
      noise: { type: 'gaussian', mean: 128, sigma: 60 },
    },
  });

test('a lossless WebP results in a lossless one, unless a quality is set', async (t) => {
  const dir = await makeTree(t);
  const pixels = await noise().raw().toBuffer();
  const raw = { raw: { width: 24, height: 16, channels: 3 } } as const;
  const profile = { icc: 'p3' } as const;
  await sharp(pixels, raw).webp({ lossless: true }).toFile(join(dir, 'plain.webp'));
  await sharp(pixels, raw)
    .withIccProfile(profile.icc)
    .webp({ lossless: true })
    .toFile(join(dir, 'tagged.webp'));
  await sharp(pixels, raw).webp({ quality: 50 }).toFile(join(dir, 'lossy.webp'));
  await sharp(pixels, raw).png().toFile(join(dir, 'other.png'));

  for (const [name, lossless] of [
    ['plain.webp', true],
    ['tagged.webp', true],
    ['lossy.webp', false],
    ['other.png', false],
  ] as const) {
    t.is(isLosslessWebp(join(dir, name)), lossless, name);
  }
  const kept = await roundTrip(join(dir, 'plain.webp'), { format: 'webp' });
  t.deepEqual(await sharp(kept.bytes).raw().toBuffer(), pixels);
  const smaller = await roundTrip(join(dir, 'plain.webp'), { format: 'webp', quality: 50 });
  t.notDeepEqual(await sharp(smaller.bytes).raw().toBuffer(), pixels);
});

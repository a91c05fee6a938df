import { join } from 'node:path';
import test from 'ava';
import sharp from 'sharp';
import { fastPng } from '../../src/codec/fast-png.js';
import { distance, draw, pipelineOf, samplesOf, save } from '../helpers/images.js';
import { roundTrip } from '../helpers/run.js';
import { temporaryDirectory } from '../helpers/temporary-directory.js';

for (const channels of [1, 2, 3, 4] as const) {
  for (const bits of [8, 16] as const) {
    test(`${channels} channels of ${bits} bits: the samples, kind and metadata of the usual png`, async (t) => {
      const picture = draw({ channels, bits, widthPx: 37, heightPx: 29 });
      const image = pipelineOf(picture)
        .withExif({ IFD0: { Make: 'Kamera' } })
        .withDensity(300)
        .png();
      const path = await save(join(await temporaryDirectory(t), 'a.png'), image);
      for (const factor of [1, 3]) {
        const [usual, quick] = await Promise.all(
          [false, true].map((fastPng) => roundTrip(path, { factor }, { fastPng })),
        );
        const [a, b] = [await sharp(usual!.bytes).metadata(), await sharp(quick!.bytes).metadata()];
        t.like(b, { width: a.width, height: a.height, channels, depth: a.depth, space: a.space });
        t.is(b.density, 300);
        t.deepEqual(b.exif, a.exif);
        t.deepEqual((await samplesOf(quick!.bytes)).data, (await samplesOf(usual!.bytes)).data);
      }
    });
  }
}

test('at a size of its own the samples are those of the usual png', async (t) => {
  for (const channels of [2, 3, 4] as const) {
    const path = await save(join(await temporaryDirectory(t), 'a.png'), pipelineOf(draw({ channels })).png());
    const wish = { factor: 2, targetWidthPx: 71, targetHeightPx: 53 };
    const usual = await roundTrip(path, wish);
    const quick = await roundTrip(path, wish, { fastPng: true });
    t.is(distance((await samplesOf(quick.bytes)).data, (await samplesOf(usual.bytes)).data).max, 0);
  }
});

test('rows come in blocks of any number, and a failure of theirs comes out', async (t) => {
  const { data, widthPx, heightPx } = draw({ widthPx: 40, heightPx: 30 });
  const shape = { widthPx, heightPx, channels: 3, bits: 8 } as const;
  const blocks = [1, 20, 9].map((rows, i, all) => {
    const before = all.slice(0, i).reduce((sum, count) => sum + count, 0);
    return data.subarray(before * widthPx * 3, (before + rows) * widthPx * 3);
  });
  const parts: Uint8Array[] = [];
  for await (const part of fastPng(shape, blocks)) parts.push(part);
  t.deepEqual((await samplesOf(Buffer.concat(parts))).data, Buffer.from(data));

  const failing = (function* () {
    yield data.subarray(0, widthPx * 3);
    throw new Error('no more');
  })();
  await t.throwsAsync(
    async () => {
      for await (const part of fastPng(shape, failing)) parts.push(part);
    },
    { message: 'no more' },
  );
});

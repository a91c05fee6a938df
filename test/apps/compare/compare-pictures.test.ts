import test from 'ava';
import sharp from 'sharp';
import { compareImages } from '../../../src/pixels/metrics/compare.js';
import { cellFor, drawPictures, type Picture } from '../../../src/apps/compare/compare-pictures.js';
import { drawPair, savePng } from '../../helpers/image-pair.js';
import { temporaryDirectory } from '../../helpers/temporary-directory.js';

const pixelsOf = ({ url }: Picture) =>
  sharp(Buffer.from(url.replace(/^data:image\/png;base64,/, ''), 'base64'))
    .raw()
    .toBuffer();

test('the smallest whole number that makes an image fit', (t) => {
  t.is(cellFor(2048, 2048), 1);
  t.is(cellFor(2049, 2048), 2);
  t.is(cellFor(10_000, 10_000), 5);
  for (const [width, height, most] of [
    [101, 7, 50],
    [1, 1000, 10],
    [33, 33, 100],
  ] as const) {
    const cell = cellFor(width, height, most);
    t.true(Math.ceil(width / cell) * Math.ceil(height / cell) <= most);
  }
});

test('pictures hold the pixels themselves, and the place that differs most', async (t) => {
  const directory = await temporaryDirectory(t);
  const shape = { widthPx: 150, heightPx: 40, channels: 3 } as const;
  const { original } = drawPair({ ...shape, max: 255 });
  const changed = original.slice();
  changed[(3 * 150 + 140) * 3] = 255 - changed[(3 * 150 + 140) * 3]!;
  const a = await savePng(directory, 'a.png', original, shape);
  const b = await savePng(directory, 'b.png', changed, shape);
  const comparison = await compareImages(a, b, { cellPx: cellFor });
  const pictures = await drawPictures(comparison);

  t.deepEqual([...(await pixelsOf(pictures.a))], [...original]);
  t.deepEqual([...(await pixelsOf(pictures.b))], [...changed]);
  const heat = await pixelsOf(pictures.difference);
  t.deepEqual([...heat.subarray((3 * 150 + 140) * 3).subarray(0, 3)], [255, 252, 214]);
  t.deepEqual([...heat.subarray(0, 3)], [10, 8, 26]);

  const { detail } = pictures;
  t.deepEqual([detail?.leftPx, detail?.topPx, detail?.a.widthPx, detail?.a.heightPx], [54, 0, 96, 40]);
  const cut = await pixelsOf(detail!.b);
  t.is(cut[(3 * 96 + 140 - 54) * 3], changed[(3 * 150 + 140) * 3]);
});

test('a large image is made smaller by the cells of its map; the same image has no worst place', async (t) => {
  const directory = await temporaryDirectory(t);
  const pair = drawPair({ widthPx: 101, heightPx: 50, channels: 4, max: 65535 });
  const path = await savePng(directory, 'a.png', pair.original, pair, 16);
  const { a, difference, cellPx, detail } = await drawPictures(
    await compareImages(path, path, { cellPx: () => 4 }),
  );
  t.is(cellPx, 4);
  t.deepEqual([a.widthPx, a.heightPx], [26, 13]);
  t.deepEqual([difference.widthPx, difference.heightPx], [26, 13]);
  t.is(detail, undefined);
});

test('the cut is made from the upright image', async (t) => {
  const directory = await temporaryDirectory(t);
  const pair = drawPair({ widthPx: 120, heightPx: 90, channels: 3, max: 255 });
  const a = await savePng(directory, 'a.png', pair.original, pair);
  const b = await savePng(directory, 'b.png', pair.changed, pair);
  const turned = `${directory}/turned.png`;
  await sharp(b).rotate(270).withMetadata({ orientation: 6 }).png().toFile(turned);
  const straight = await drawPictures(await compareImages(a, b, { cellPx: cellFor }));
  const upright = await drawPictures(await compareImages(a, turned, { cellPx: cellFor }));
  t.deepEqual(await pixelsOf(upright.detail!.b), await pixelsOf(straight.detail!.b));
  t.deepEqual(await pixelsOf(upright.b), await pixelsOf(straight.b));
});

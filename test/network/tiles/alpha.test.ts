import test from 'ava';
import { isFlatAlpha, keepFlatAlpha, pageOf } from '../../../src/network/tiles/planes.js';
import { blankPixels, channelOf, setAlpha } from '../../helpers/pixels.js';

test('a pixel beside another value is not flat', (t) => {
  const pixels = blankPixels({ widthPx: 9, heightPx: 5, channels: 2 });
  setAlpha(pixels, (x) => (x < 4 ? 1 : 0));
  const page = pageOf(pixels, 0);
  const columns = (xPx: number, widthPx: number) => ({ xPx, yPx: 0, widthPx, heightPx: 5 });
  t.true(isFlatAlpha(page, columns(0, 3)));
  t.false(isFlatAlpha(page, columns(0, 4)));
  t.false(isFlatAlpha(page, columns(4, 1)));
  t.true(isFlatAlpha(page, columns(5, 4)));
});

test('pages do not look at one another', (t) => {
  const pixels = blankPixels({ widthPx: 3, heightPx: 3, pages: 3, channels: 4 });
  setAlpha(pixels, () => 1);
  for (const page of [0, 1, 2]) {
    t.true(isFlatAlpha(pageOf(pixels, page), { xPx: 0, yPx: 0, widthPx: 3, heightPx: 3 }));
  }
});

test('flat pixels keep their value in every pixel they become, and the others are left alone', (t) => {
  const source = blankPixels({ widthPx: 6, heightPx: 1, channels: 2, bits: 16 });
  setAlpha(source, (x) => (x < 3 ? 1 : 0.5));
  const result = blankPixels({ widthPx: 12, heightPx: 2, channels: 2, bits: 16 });
  result.data.fill(7);
  keepFlatAlpha(pageOf(source, 0), pageOf(result, 0), { xPx: 0, yPx: 0, widthPx: 6, heightPx: 1 }, 2);
  const row = [65535, 65535, 65535, 65535, 7, 7, 7, 7, 32768, 32768, 32768, 32768];
  t.deepEqual(channelOf(result, 1), [...row, ...row]);
  t.true(channelOf(result, 0).every((value) => value === 7));
});

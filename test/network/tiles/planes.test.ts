import test from 'ava';
import { pageOf, readAlpha, readColour, writeAlpha, writeColour } from '../../../src/network/tiles/planes.js';
import { blankPixels, channelOf, drawPixels } from '../../helpers/pixels.js';

const whole = (widthPx: number, heightPx: number) => ({ xPx: 0, yPx: 0, widthPx, heightPx });

for (const bits of [8, 16] as const) {
  for (const channels of [1, 2, 3, 4] as const) {
    test(`${bits} bits, ${channels} channels: read, and written back, nothing has changed`, (t) => {
      const shape = { widthPx: 13, heightPx: 7, pages: 2, channels, bits };
      const [source, result] = [drawPixels(shape), blankPixels(shape)];
      const planes = new Float32Array(3 * 13 * 7);
      for (const page of [0, 1]) {
        const [from, to] = [pageOf(source, page), pageOf(result, page)];
        readColour(from, whole(13, 7), planes);
        t.true(planes.every((value) => value >= 0 && value <= 255));
        t.true(writeColour(to, whole(13, 7), whole(13, 7), 1, planes));
        if (channels % 2 !== 0) continue;
        readAlpha(from, whole(13, 7), planes);
        t.true(writeAlpha(to, whole(13, 7), whole(13, 7), 1, planes));
      }
      t.deepEqual(result.data, source.data);
    });
  }
}

test('a window is read from its place, and only its core is written', (t) => {
  const source = pageOf(drawPixels({ widthPx: 20, heightPx: 10 }), 0);
  const [core, window] = [
    { xPx: 6, yPx: 4, widthPx: 3, heightPx: 2 },
    { xPx: 4, yPx: 3, widthPx: 7, heightPx: 4 },
  ];
  const planes = new Float32Array(3 * 7 * 4);
  readColour(source, window, planes);
  t.is(planes[7 * 4 + 2 * 7 + 5], source.data[(5 * 20 + 9) * 3 + 1]);

  const pixels = blankPixels({ widthPx: 20, heightPx: 10 });
  writeColour(pageOf(pixels, 0), core, window, 1, planes);
  for (let y = 0; y < 10; y += 1) {
    for (let x = 0; x < 20; x += 1) {
      const inside = x >= 6 && x < 9 && y >= 4 && y < 6;
      const at = (y * 20 + x) * 3;
      t.is(pixels.data[at], inside ? source.data[at] : 0);
    }
  }
});

test('beyond the page, a window has the nearest pixel', (t) => {
  const source = pageOf(drawPixels({ widthPx: 5, heightPx: 4 }), 0);
  const planes = new Float32Array(3 * 6 * 7);
  readColour(source, { xPx: 2, yPx: 1, widthPx: 6, heightPx: 7 }, planes);
  for (let y = 0; y < 7; y += 1) {
    for (let x = 0; x < 6; x += 1) {
      const at = (Math.min(3, y + 1) * 5 + Math.min(4, x + 2)) * 3;
      t.is(planes[42 + y * 6 + x], source.data[at + 1]);
    }
  }
});

test('the core lies at the factor in the result', (t) => {
  const core = { xPx: 1, yPx: 0, widthPx: 1, heightPx: 1 };
  const window = { xPx: 0, yPx: 0, widthPx: 2, heightPx: 1 };
  const pixels = blankPixels({ widthPx: 6, heightPx: 3, channels: 1 });
  writeColour(
    pageOf(pixels, 0),
    core,
    window,
    3,
    Float32Array.from({ length: 3 * 6 * 3 }, (_, i) => i % 18),
  );
  t.deepEqual([...pixels.data], [0, 0, 0, 3, 4, 5, 0, 0, 0, 9, 10, 11, 0, 0, 0, 15, 16, 17]);
});

test('values are rounded half up and clamped', (t) => {
  const values = [-Number.MAX_VALUE, -0.6, -0.4, 0.49, 0.5, 1.5, 2.5, 254.5, 255.4, 1e30];
  const expected = [0, 0, 0, 0, 1, 2, 3, 255, 255, 255];
  const pixels = blankPixels({ widthPx: values.length, heightPx: 1 });
  const planes = Float32Array.from([...values, ...values, ...values].map((value) => Math.max(-1e30, value)));
  t.true(writeColour(pageOf(pixels, 0), whole(values.length, 1), whole(values.length, 1), 1, planes));
  for (const channel of [0, 1, 2]) t.deepEqual(channelOf(pixels, channel), expected);
});

test('a gray result is the mean of the three planes', (t) => {
  const pixels = blankPixels({ widthPx: 1, heightPx: 1, channels: 1, bits: 16 });
  writeColour(pageOf(pixels, 0), whole(1, 1), whole(1, 1), 1, Float32Array.of(10, 20, 60));
  t.deepEqual([...pixels.data], [30 * 257]);
});

test('no number is told from black, in the core alone', (t) => {
  const core = { xPx: 1, yPx: 0, widthPx: 1, heightPx: 1 };
  for (const wrong of [NaN, Infinity, -Infinity]) {
    for (const channels of [1, 3] as const) {
      const page = pageOf(blankPixels({ widthPx: 3, heightPx: 1, channels }), 0);
      const inHalo = Float32Array.of(wrong, 1, wrong, wrong, 1, wrong, wrong, 1, wrong);
      t.true(writeColour(page, core, whole(3, 1), 1, inHalo));
      const inCore = Float32Array.of(1, 1, 1, 1, wrong, 1, 1, 1, 1);
      t.false(writeColour(page, core, whole(3, 1), 1, inCore), `${wrong}`);
    }
  }
});

import test from 'ava';
import { targetSize, suffixFor, wantedSize, type Wanted } from '../../../src/flow/plan/size.js';
import { settingsOf } from '../../helpers/settings.js';

const size = (widthPx: number, heightPx: number) => ({ widthPx, heightPx });

const target = (source: [number, number], wanted: Wanted, max?: [number, number]) => {
  const { widthPx, heightPx } = targetSize(size(...source), wanted, max && size(...max));
  return [widthPx, heightPx];
};

test('a factor, rounded to whole pixels, at least one', (t) => {
  t.deepEqual(target([100, 50], { kind: 'scale', scale: 2 }), [200, 100]);
  t.deepEqual(target([3, 5], { kind: 'scale', scale: 1.5 }), [5, 8]);
  t.deepEqual(target([100, 3], { kind: 'scale', scale: 0.1 }), [10, 1]);
  t.deepEqual(target([1, 1], { kind: 'scale', scale: 0.01 }), [1, 1]);
});

test('a width or a height keeps the aspect; both fit inside', (t) => {
  t.deepEqual(target([640, 480], { kind: 'box', widthPx: 1920 }), [1920, 1440]);
  t.deepEqual(target([640, 480], { kind: 'box', heightPx: 1080 }), [1440, 1080]);
  t.deepEqual(target([640, 480], { kind: 'box', widthPx: 1920, heightPx: 1080 }), [1440, 1080]);
  t.deepEqual(target([640, 480], { kind: 'box', widthPx: 64 }), [64, 48]);
  t.deepEqual(target([1000, 1], { kind: 'box', widthPx: 10 }), [10, 1]);
});

test('a least size is reached on both sides and never shrinks', (t) => {
  t.deepEqual(target([640, 480], { kind: 'least', ...size(1920, 1080) }), [1920, 1440]);
  t.deepEqual(target([480, 640], { kind: 'least', ...size(1920, 1080) }), [1920, 2560]);
  t.deepEqual(target([4000, 3000], { kind: 'least', ...size(1920, 1080) }), [4000, 3000]);
});

test('the largest size holds the result, whatever else was asked for', (t) => {
  t.deepEqual(target([1000, 500], { kind: 'scale', scale: 4 }, [3000, 3000]), [3000, 1500]);
  t.deepEqual(target([1000, 500], { kind: 'scale', scale: 2 }, [3000, 3000]), [2000, 1000]);
  t.deepEqual(target([5000, 2500], { kind: 'scale', scale: 2 }, [3000, 3000]), [3000, 1500]);
  t.deepEqual(target([10, 1000], { kind: 'least', ...size(100, 100) }, [200, 2000]), [20, 2000]);
});

test('for any sizes: the bound is kept to the pixel, and one side meets it', (t) => {
  for (let width = 1; width < 200; width += 7) {
    for (let height = 1; height < 200; height += 11) {
      const box = target([width, height], { kind: 'box', widthPx: 777, heightPx: 555 });
      t.true(box[0]! <= 777 && box[1]! <= 555 && (box[0] === 777 || box[1] === 555), `${width}×${height}`);
      const least = target([width, height], { kind: 'least', ...size(321, 123) });
      t.true(
        least[0]! >= 321 && least[1]! >= 123 && (least[0] === 321 || least[1] === 123),
        `${width}×${height}`,
      );
    }
  }
});

test('a record replaces what the options say of the size', async (t) => {
  const settings = await settingsOf({ inputs: [], minSize: size(10, 20) });
  t.deepEqual(wantedSize({}, settings, 2), { kind: 'least', ...size(10, 20) });
  t.deepEqual(wantedSize({ scale: 3 }, settings, 2), { kind: 'scale', scale: 3 });
  t.deepEqual(wantedSize({ width: 5 }, settings, 2), { kind: 'box', widthPx: 5, heightPx: undefined });
  t.deepEqual(wantedSize({}, await settingsOf({ inputs: [] }), 4), { kind: 'scale', scale: 4 });
});

test('suffixes say what was asked for', (t) => {
  t.is(suffixFor({ kind: 'scale', scale: 2 }), '_2x');
  t.is(suffixFor({ kind: 'scale', scale: 1.5 }), '_1.5x');
  t.is(suffixFor({ kind: 'scale', scale: 4 / 3 }), '_1.333x');
  t.is(suffixFor({ kind: 'box', widthPx: 1920 }), '_1920w');
  t.is(suffixFor({ kind: 'box', heightPx: 1080 }), '_1080h');
  t.is(suffixFor({ kind: 'box', widthPx: 1920, heightPx: 1080 }), '_1920x1080');
  t.is(suffixFor({ kind: 'least', ...size(1920, 1080) }), '_min1920x1080');
});

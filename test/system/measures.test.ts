import test from 'ava';
import { SrganError } from '../../src/system/errors.js';
import { formatBytes, parseBytes, parseSize } from '../../src/system/measures.js';

test('sizes', (t) => {
  t.deepEqual(parseSize('1920x1080'), { widthPx: 1920, heightPx: 1080 });
  t.deepEqual(parseSize(' 1X2 '), { widthPx: 1, heightPx: 2 });
  for (const wrong of ['', '1920', '0x5', '5x0', '-1x2', '1.5x2', 'axb', '1x2x3', '99999999x1']) {
    const error = t.throws(
      () => parseSize(wrong, '--min-size'),
      { instanceOf: SrganError, code: 'E_USAGE' },
      wrong,
    );
    t.regex(
      error.message,
      /^Expected a size such as 1920x1080 for --min-size but received .* of type string\.$/,
    );
  }
});

test('bytes', (t) => {
  t.is(parseBytes('2G'), 2 ** 31);
  t.is(parseBytes('512MiB'), 2 ** 29);
  t.is(parseBytes('1.5gb'), 1.5 * 2 ** 30);
  t.is(parseBytes('1024'), 1024);
  t.is(parseBytes('3 k'), 3072);
  for (const wrong of ['', 'G', '-1G', '0', '1X', '1 2', '9999999999T']) {
    t.throws(() => parseBytes(wrong), { instanceOf: SrganError, code: 'E_USAGE' }, wrong);
  }
});

test('formats bytes', (t) => {
  t.is(formatBytes(0), '0 bytes');
  t.is(formatBytes(1023), '1023 bytes');
  t.is(formatBytes(1536), '1.5 KiB');
  t.is(formatBytes(2 ** 31), '2.0 GiB');
  t.is(formatBytes(300 * 2 ** 20), '300 MiB');
});

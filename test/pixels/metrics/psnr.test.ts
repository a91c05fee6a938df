import test from 'ava';
import { openSquaredError, psnrDb } from '../../../src/pixels/metrics/psnr-ssim.js';

test('psnrDb of known errors', (t) => {
  t.is(psnrDb(0), Infinity);
  t.is(psnrDb(255 ** 2), 0);
  t.is(psnrDb(1).toFixed(6), '48.130804');
});

test('squared differences add up over rows', (t) => {
  const error = openSquaredError();
  error.push(Float64Array.of(1, 2, 3), Float64Array.of(1, 0, 6));
  error.push(Float64Array.of(10), Float64Array.of(9.5));
  t.is(error.sum, 4 + 9 + 0.25);
  t.is(error.samples, 4);
});

import test from 'ava';
import { closest, didYouMean } from '../../src/system/closest.js';

test('finds similar words only', (t) => {
  const commands = ['pipe', 'batch', 'upscale', 'models'];
  t.is(closest('pip', commands), 'pipe');
  t.is(closest('bacth', commands), 'batch');
  t.is(closest('UPSCALE', commands), 'upscale');
  t.is(closest('photo.png', commands), undefined);
  t.is(closest('', commands), undefined);
  t.is(didYouMean('modles', commands), "Did you mean 'models'? ");
  t.is(didYouMean('xyzzy', commands), '');
});

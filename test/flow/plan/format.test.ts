import test from 'ava';
import { checkExtension, statedFormat } from '../../../src/flow/plan/format.js';
import { sourceOf } from '../../helpers/job.js';
import { settingsOf } from '../../helpers/settings.js';

test('the name that is wanted decides the format, where its extension is literal', async (t) => {
  const formatOf = async (name: string) =>
    statedFormat(sourceOf('a.png'), await settingsOf({ inputs: ['a'], name }));
  t.is(await formatOf('{name}.webp'), 'webp');
  t.is(await formatOf('{name}.JPG'), 'jpeg');
  t.is(await formatOf('{name}.{ext}'), undefined);
  t.is(await formatOf('{name}'), undefined);
  t.is(await formatOf('{name}..'), undefined);
});

test('a name for a format that cannot be written, or for another than was asked for, is refused', async (t) => {
  await t.throwsAsync(settingsOf({ inputs: ['a'], name: '{name}.bmp' }), {
    code: 'E_USAGE',
    message: '{name}.bmp: no image can be written as .bmp.',
  });
  await t.throwsAsync(settingsOf({ inputs: ['a'], name: '{name}.webp', format: 'png' }), { code: 'E_USAGE' });
  await t.notThrowsAsync(settingsOf({ inputs: ['a'], name: '{name}.webp', format: 'webp' }));
  t.throws(() => checkExtension('x/y.heic'), { code: 'E_UNSUPPORTED' });
});

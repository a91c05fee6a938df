import path from 'node:path';
import test from 'ava';
import { SrganError } from '../../../src/system/errors.js';
import type { SourceOverrides } from '../../../src/contract/job.js';
import type { PipeOptions } from '../../../src/contract/options.js';
import { createNaming, type NameFacts } from '../../../src/flow/plan/name.js';
import { settingsOf } from '../../helpers/settings.js';

const FACTS: NameFacts = { wanted: { kind: 'scale', scale: 2 }, model: 'esrgan-slim', format: 'png' };
const native = (name: string) => name.split('/').join(path.sep);

async function named(
  file: string,
  options: Omit<PipeOptions, 'inputs'> = {},
  facts: Partial<NameFacts> = {},
  overrides: SourceOverrides = {},
  platform: NodeJS.Platform = 'linux',
) {
  const naming = createNaming(await settingsOf({ inputs: [], ...options }), platform);
  const source = { index: 0, path: native(file), relativePath: native(file), overrides, extra: {} };
  return naming
    .outputPath(source, { ...FACTS, ...facts })
    ?.split(path.sep)
    .join('/');
}

test('beside the source with a suffix, under an output directory mirrored without', async (t) => {
  t.is(await named('in/a.png'), 'in/a_2x.png');
  t.is(await named('a.png'), 'a_2x.png');
  t.is(await named('-a b😀.png'), '-a b😀_2x.png');
  t.is(await named('x/a.png', { out: 'out' }), 'out/x/a.png');
  t.is(await named('a.png', { out: 'out' }), 'out/a.png');
  t.is(await named('a.png', { out: 'out', suffix: '-big' }), 'out/a-big.png');
});

test('a template is relative to the output directory, or to that of the source', async (t) => {
  t.is(await named('x/a.png', { out: 'out', name: '{name}.{ext}' }), 'out/a.png');
  t.is(
    await named('x/a.png', { out: 'out', name: '{scale}x/{dir}/{name}{suffix}.{ext}' }),
    'out/2x/x/a_2x.png',
  );
  t.is(await named('x/a.png', { name: '{name}@2x.{ext}' }), 'x/a@2x.png');
  t.is(await named('x/a.png', { name: '{dir}/big/{name}.{ext}' }), 'x/big/a.png');
  t.is(await named('x/a.png', { name: 'big/{name}.{ext}' }), 'x/big/a.png');
});

test('all placeholders', async (t) => {
  const name = '{model}_{scale}_{width}x{height}_{hash:8}_{srcext}{suffix}.{ext}';
  const facts = { widthPx: 20, heightPx: 10, hash: '0123456789abcdef', factor: 2 };
  t.is(
    await named('x/a.JPG', { out: 'out', name }, { ...facts, model: '/models/my.net.onnx', format: 'webp' }),
    'out/my.net_2_20x10_01234567_JPG_2x.webp',
  );
  t.is(await named('a.png', { out: 'o', name }), undefined, 'facts are missing');
  t.is(
    await named('a.png', { out: 'o', name: '{scale}.{ext}' }, { wanted: { kind: 'box', widthPx: 5 } }),
    undefined,
  );
});

test("the extension is the source's own where it fits the format", async (t) => {
  const extension = async (file: string, format: NameFacts['format']) =>
    path.extname((await named(file, {}, { format })) ?? '');
  t.is(await extension('a.JPEG', 'jpeg'), '.JPEG');
  t.is(await extension('a.jfif', 'jpeg'), '.jfif');
  t.is(await extension('a.png', 'jpeg'), '.jpg');
  t.is(await extension('a.tiff', 'tiff'), '.tiff');
  t.is(await extension('a.svg', 'png'), '.png');
  t.is(await extension('noextension', 'png'), '.png');
});

test('a stated output path is used as it stands, within the output directory where there is one', async (t) => {
  t.is(await named('a.png', { out: 'out' }, {}, { dst: 'x/../b.png' }), 'out/b.png');
  t.is(await named('a.png', { out: 'out' }, {}, { dst: 'deep/b.png' }), 'out/deep/b.png');
  t.is(await named('in/a.png', {}, {}, { dst: 'b.png' }), 'b.png');
  t.is(await named('in/a.png', {}, {}, { dst: '../b.png' }), '../b.png');
  const inside = path.resolve('out', 'b.png');
  t.is(await named('a.png', { out: 'out' }, {}, { dst: inside }), inside.split(path.sep).join('/'));
  for (const dst of [
    '../b.png',
    'x/../../b.png',
    '.',
    path.resolve('outside', 'b.png'),
    path.resolve('b.png'),
  ]) {
    await t.throwsAsync(named('a.png', { out: 'out' }, {}, { dst }), { code: 'E_WRITE' }, dst);
  }
});

test('no name of a source leads out of the directory', async (t) => {
  const options = { out: 'out', name: '{name}/x.{ext}' };
  const error = await t.throwsAsync(named('...png', options), { instanceOf: SrganError });
  t.is(error.code, 'E_WRITE');
  t.is(await named('...png', { out: 'out' }), 'out/...png');
});

test('a name over 255 bytes is told', async (t) => {
  t.truthy(await named(`${'x'.repeat(251)}.png`, { out: 'out' }));
  const error = await t.throwsAsync(named(`${'é'.repeat(126)}.png`, { out: 'out', suffix: '_2x' }), {
    instanceOf: SrganError,
  });
  t.is(error.code, 'E_WRITE');
  t.regex(error.message, /the name of its result would have 259 bytes; 255 is the most/);
});

test('what Windows forbids is replaced there alone', async (t) => {
  const strange = 'in/a:b?"c".png';
  t.is(await named(strange, { out: 'out' }), `out/${strange}`);
  t.is(await named(strange, { out: 'out' }, {}, {}, 'win32'), 'out/in/a_b__c_.png');
  t.is(await named('con.png', { out: 'out' }, {}, {}, 'win32'), 'out/_con.png');
  t.is(await named('a.png', { out: 'out', name: '{name}..' }, {}, {}, 'win32'), 'out/a__');
});

import { join } from 'node:path';
import test from 'ava';
import { configLayer } from '../../src/command-line/config-file.js';
import { environmentLayer, withDefaults, type Layer } from '../../src/command-line/defaults.js';
import { pipeFlags, type PipeFlags } from '../../src/command-line/flags/pipe-flags.js';
import { makeTree } from '../helpers/tree.js';

const fill = (given: PipeFlags, ...layers: Layer[]) => withDefaults(given, pipeFlags, layers);
const environment = (env: NodeJS.ProcessEnv) => environmentLayer(pipeFlags, env);
const layer = (values: Record<string, unknown>): Layer => ({
  titleOf: (flag) => `file: ${flag}`,
  values: new Map(Object.entries(values)),
});

test('a flag wins over the environment, and that over the file', async (t) => {
  const env = environment({ SRGAN_SCALE: '3', SRGAN_MODEL: 'esrgan-thick' });
  const file = layer({ scale: 4, model: 'esrgan-medium', threads: 2 });
  t.deepEqual(await fill({ scale: 2 }, env, file), { scale: 2, model: 'esrgan-thick', threads: 2 });
});

test('values are read as if they had been typed', async (t) => {
  const env = environment({
    SRGAN_MAX_MEMORY: '2G',
    SRGAN_MIN_SIZE: '640x480',
    SRGAN_RECURSIVE: 'no',
    SRGAN_EXCLUDE: '*.gif **/old/**',
    SRGAN_TTA: '',
    SRGAN_UNHEARD_OF: '1',
  });
  t.deepEqual(await fill({}, env, layer({ strip: true, include: ['a', 'b'], quality: '80' })), {
    'max-memory': 2 * 2 ** 30,
    'min-size': { widthPx: 640, heightPx: 480 },
    recursive: false,
    exclude: ['*.gif', '**/old/**'],
    strip: true,
    include: ['a', 'b'],
    quality: 80,
  });
});

test('what a flag excludes is not taken from further away; within one layer it is left to be refused', async (t) => {
  t.deepEqual(await fill({ overwrite: true }, layer({ 'skip-existing': true })), { overwrite: true });
  t.deepEqual(await fill({ scale: 2 }, environment({ SRGAN_WIDTH: '100' })), { scale: 2 });
  t.deepEqual(await fill({ width: 2 }, environment({ SRGAN_SCALE: '100' })), { width: 2 });
  t.deepEqual(await fill({}, layer({ overwrite: true, 'skip-existing': true })), {
    overwrite: true,
    'skip-existing': true,
  });
});

test('a switch that is off excludes nothing, and one that is on only the values it contradicts', async (t) => {
  const off = { overwrite: false, 'skip-existing': true };
  t.deepEqual(await fill({ overwrite: false }, layer({ 'skip-existing': true })), off);
  t.deepEqual(await fill({ sequential: true }, layer({ threads: 4, 'chunk-size': 1 })), {
    sequential: true,
    'chunk-size': 1,
  });
  t.deepEqual(await fill({ threads: 4 }, layer({ sequential: true })), { threads: 4 });
  t.deepEqual(await fill({ threads: 1 }, layer({ sequential: true })), { threads: 1, sequential: true });
});

test('a wrong value is told with where it stands', async (t) => {
  const cases: [Layer, RegExp][] = [
    [environment({ SRGAN_SCALE: 'two' }), /^SRGAN_SCALE: Expected a number .* but received two/],
    [environment({ SRGAN_TTA: 'maybe' }), /^Expected true or false for SRGAN_TTA but received maybe/],
    [layer({ format: 'bmp' }), /^file: format takes one of png, .*, not 'bmp'\.$/],
    [layer({ scale: [2] }), /^file: scale cannot have the value \[2\]\.$/],
    [layer({ strip: null }), /^file: strip cannot have the value null\.$/],
  ];
  for (const [from, message] of cases) {
    const error = await t.throwsAsync(fill({}, from), { message });
    t.is((error as { code?: string }).code, 'E_USAGE');
  }
});

test('the nearest srgan.config.json upwards is taken, unless a file is named', async (t) => {
  const dir = await makeTree(t, {
    'srgan.config.json': '{"scale": 2}',
    'a/srgan.config.json': '{"scale": 3}',
    'a/b/other.json': '{"scale": 4}',
    'a/b/c/x': '',
  });
  const scaleIn = async (directory: string, file?: string) =>
    (await configLayer(file, join(dir, directory), pipeFlags)).values.get('scale');
  t.is(await scaleIn('a/b/c'), 3);
  t.is(await scaleIn('.'), 2);
  t.is(await scaleIn('a/b/c', join(dir, 'a/b/other.json')), 4);
});

test('a configuration file that makes no sense is named, with why', async (t) => {
  const dir = await makeTree(t, {
    text: 'scale = 2',
    list: '[]',
    unknown: '{"scael": 2}',
    config: '{"config": "x"}',
    method: '{"toString": 1}',
  });
  const cases: [string, RegExp][] = [
    ['text', /text: this is not JSON\.$/],
    ['list', /list: a JSON object is needed, such as \{"scale": 4\}\.$/],
    ['unknown', /unknown: "scael" is not a flag that can stand there\.$/],
    ['config', /config: "config" is not a flag that can stand there\.$/],
    ['method', /method: "toString" is not a flag that can stand there\.$/],
    ['gone', /gone: there is no such file\.$/],
  ];
  for (const [name, message] of cases) {
    await t.throwsAsync(configLayer(join(dir, name), dir, pipeFlags), { message });
  }
});

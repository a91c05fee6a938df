import { lstat, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { saveDefaults } from '../../src/command-line/save-defaults.js';
import { makeTree } from '../helpers/tree.js';

const json = async (path: string) => JSON.parse(await readFile(path, 'utf8')) as unknown;

test('what is saved joins what is there, in the nearest file upwards', async (t) => {
  const dir = await makeTree(t, {
    'srgan.config.json': '{"scale": 4, "threads": 9, "include": ["*.png"]}',
    'a/b/x': '',
  });
  const path = await saveDefaults(undefined, join(dir, 'a/b'), { threads: 2 });
  t.is(path, join(dir, 'srgan.config.json'));
  t.is(
    await readFile(path, 'utf8'),
    '{\n  "scale": 4,\n  "threads": 2,\n  "include": [\n    "*.png"\n  ]\n}\n',
  );
  t.deepEqual(await readdir(join(dir, 'a/b')), ['x']);
  t.deepEqual((await readdir(dir)).sort(), ['a', 'srgan.config.json']);
});

test('a file that is named is the one, and a link to it stays a link', async (t) => {
  const dir = await makeTree(t, { 'srgan.config.json': '{}', 'other.json': '{"tile": 64}' });
  await saveDefaults(join(dir, 'other.json'), dir, { threads: 3 });
  t.deepEqual(await json(join(dir, 'other.json')), { tile: 64, threads: 3 });
  t.deepEqual(await json(join(dir, 'srgan.config.json')), {});
  if (process.platform === 'win32') return;
  const linked = await makeTree(t, { 'srgan.config.json': { link: join(dir, 'other.json') } });
  t.is(await saveDefaults(undefined, linked, { threads: 4 }), join(dir, 'other.json'));
  t.true((await lstat(join(linked, 'srgan.config.json'))).isSymbolicLink());
  t.deepEqual(await json(join(dir, 'other.json')), { tile: 64, threads: 4 });
});

test('a file that makes no sense is left as it is, and so is one that cannot be replaced', async (t) => {
  const dir = await makeTree(t, { 'srgan.config.json': 'threads = 2', 'sub/x': '' });
  await t.throwsAsync(saveDefaults(undefined, join(dir, 'sub'), { threads: 2 }), { code: 'E_USAGE' });
  t.is(await readFile(join(dir, 'srgan.config.json'), 'utf8'), 'threads = 2');
  await t.throwsAsync(saveDefaults(join(dir, 'gone.json'), dir, { threads: 2 }), { code: 'E_USAGE' });
  await writeFile(join(dir, 'srgan.config.json'), '{}');
  await mkdir(join(dir, 'file'));
  await t.throwsAsync(saveDefaults(join(dir, 'file'), dir, { threads: 2 }), { code: 'E_USAGE' });
  t.deepEqual((await readdir(dir)).sort(), ['file', 'srgan.config.json', 'sub']);
});

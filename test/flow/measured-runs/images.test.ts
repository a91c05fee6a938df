import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import sharp from 'sharp';
import { writeImages } from '../../../src/flow/measured-runs/scene.js';
import { temporaryDirectory } from '../../helpers/temporary-directory.js';

const filesIn = async (directory: string) =>
  Promise.all((await readdir(directory)).sort().map((name) => readFile(join(directory, name))));

test('writes the same files for a seed, all unlike each other and those of the next seed', async (t) => {
  const dir = await temporaryDirectory(t);
  for (const [name, seed] of [
    ['a', 5],
    ['again', 5],
    ['next', 6],
  ] as const) {
    await writeImages(join(dir, name), { count: 3, widthPx: 32, heightPx: 24, seed });
  }
  const [a, again, next] = await Promise.all(['a', 'again', 'next'].map((name) => filesIn(join(dir, name))));
  t.deepEqual(a, again);
  t.is(new Set([...a!, ...next!].map((file) => file.toString('base64'))).size, 6);
  const { width, height, channels, format } = await sharp(a![0]).metadata();
  t.deepEqual({ width, height, channels, format }, { width: 32, height: 24, channels: 3, format: 'png' });
});

test('stops between images', async (t) => {
  const dir = await temporaryDirectory(t);
  const reason = new Error('enough');
  const options = { count: 3, widthPx: 8, heightPx: 8, seed: 1, signal: AbortSignal.abort(reason) };
  t.is(await t.throwsAsync(writeImages(dir, options)), reason);
  t.deepEqual(await readdir(dir), []);
});

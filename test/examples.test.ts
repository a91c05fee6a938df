import { execFile } from 'node:child_process';
import { cp, readdir } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import test from 'ava';
import sharp from 'sharp';
import { temporaryDirectory } from './helpers/temporary-directory.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const run = promisify(execFile);

interface Example {
  readonly args?: readonly string[];
  readonly says: RegExp;
  /** Path of a result, from where the example runs, to its width in pixels. */
  readonly makes: Readonly<Record<string, number>>;
}

const EXAMPLES: Readonly<Record<string, Example>> = {
  'upscale-folder': {
    args: ['examples/images', 'out'],
    says: /^done .*balls\.png → .*balls\.png$[^]*^4 images, \d+\.\d\d Mpx\/s$/m,
    makes: { 'out/badge.png': 192, 'out/balls.png': 576, 'out/mountains.jpg': 600, 'out/engraving.png': 480 },
  },
  'from-a-generator': {
    args: ['out'],
    says: /^(?=[^]*row 1: done 256 px wide)(?=[^]*row 2: done 864 px wide)(?=[^]*row 3: failed E_NOT_FOUND)/,
    makes: { 'out/badge-256.png': 256, 'out/balls-x3.webp': 864 },
  },
  'time-limit': {
    args: ['300', 'out'],
    says: /^4 done, 0 were there already, 0 left for the next run$/m,
    makes: { 'out/balls.png': 576 },
  },
  networks: { says: /^$/, makes: { 'examples/networks.png': 850 } },
  'before-after': { says: /^$/, makes: { 'examples/before-after.png': 840 } },
  'draw-images': {
    args: ['drawn'],
    says: /^$/,
    makes: { 'drawn/badge.png': 96, 'drawn/balls.png': 288, 'drawn/mountains.jpg': 300 },
  },
};

for (const [name, { args = [], says, makes }] of Object.entries(EXAMPLES)) {
  test(`${name} runs and makes what it says`, async (t) => {
    const cwd = await temporaryDirectory(t);
    await cp(path.join(root, 'examples/images'), path.join(cwd, 'examples/images'), { recursive: true });
    const { stdout, stderr } = await run(
      process.execPath,
      [path.join(root, `dist/examples/${name}.js`), ...args],
      { cwd },
    );
    t.is(stderr, '');
    t.regex(stdout, says);
    for (const [file, widthPx] of Object.entries(makes)) {
      t.is((await sharp(path.join(cwd, file)).metadata()).width, widthPx, file);
    }
  });
}

test('no example is left out', async (t) => {
  const files = (await readdir(path.join(root, 'examples'))).filter((file) => file.endsWith('.ts'));
  t.deepEqual(files.map((file) => path.basename(file, '.ts')).sort(), Object.keys(EXAMPLES).sort());
});

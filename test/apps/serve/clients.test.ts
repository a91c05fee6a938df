import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import test from 'ava';
import sharp from 'sharp';
import { temporaryDirectory } from '../../helpers/temporary-directory.js';
import { openService } from './open-service.js';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../../../../', import.meta.url));
const picture = path.join(root, 'examples/images/badge.png');
const TOKEN = 'c'.repeat(32);

const CLIENTS: [command: string, file: string, makes: readonly string[]][] = [
  ['sh', 'client.sh', ['big.webp', 'upscaled.zip']],
  [process.execPath, 'client.mjs', ['again_3x.png', 'badge_3x.png', 'big.webp']],
  ['python3', 'client.py', ['big.webp']],
];
for (const [command, file, makes] of CLIENTS) {
  test(`examples/service/${file} gets its results`, async (t) => {
    const { url } = await openService(t, { tokens: [{ name: 'c', token: TOKEN }] });
    const cwd = await temporaryDirectory(t);
    const args = [path.join(root, 'examples/service', file), picture, url];
    const env = { ...process.env, SRGAN_TOKEN: TOKEN };
    const isThere = await run(command === 'sh' ? 'curl' : command, ['--version']).then(
      () => true,
      () => false,
    );
    if (!isThere) {
      t.log(`skipped: ${command === 'sh' ? 'curl' : command} is not installed`);
      t.pass();
      return;
    }
    await run(command, args, { cwd, env });
    t.deepEqual((await readdir(cwd)).sort(), makes);
    t.is((await sharp(path.join(cwd, 'big.webp')).metadata()).width, 192);
  });
}

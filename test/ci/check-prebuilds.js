// Fails where the kernels of a platform are missing from what is about to be published.
import { existsSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';

const WANTED = [
  'linux-x64/srgan.glibc.node',
  'linux-x64/srgan.musl.node',
  'linux-arm64/srgan.glibc.node',
  'linux-arm64/srgan.musl.node',
  'darwin-arm64/srgan.node',
  'win32-x64/srgan.node',
];

const missing = WANTED.filter((file) => !existsSync(path.join('prebuilds', file)));
for (const file of missing) console.error(`prebuilds/${file} is missing`);
process.exitCode = missing.length > 0 ? 1 : 0;

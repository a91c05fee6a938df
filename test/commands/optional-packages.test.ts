import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { kernelIdentity } from '../../src/network/engines/native/binding.js';
import { compareImages } from '../../src/pixels/metrics/compare.js';
import { openNetworks } from '../../src/network/models/networks.js';
import { srgan } from '../helpers/cli.js';
import { drawPair, savePng } from '../helpers/image-pair.js';
import { temporaryDirectory } from '../helpers/temporary-directory.js';
import { withoutPackages } from '../helpers/without-packages.js';
import { unknown, varied } from '../network/models/onnx-variants.js';

const image = drawPair({ widthPx: 31, heightPx: 23, channels: 3, max: 255 });
const SLOW =
  /^The reference engine computes in plain JavaScript: .+ many times as fast: npm install onnxruntime-node$/m;

test('without onnxruntime the reference engine runs by itself, and says so', async (t) => {
  const cwd = await temporaryDirectory(t);
  const env = { ...(await withoutPackages(t, 'onnxruntime-node')), SRGAN_KERNELS: 'none' };
  await savePng(cwd, 'a.png', image.original, image);
  const usual = await srgan(['pipe', 'a.png', 'usual', '--engine', 'onnx'], { cwd });
  t.notRegex(usual.stderr, /reference engine/);
  const ran = await srgan(['pipe', 'a.png', 'out'], { cwd, env });
  t.is(ran.exitCode, 0, ran.stderr);
  t.regex(ran.stderr, SLOW);
  const compared = await compareImages(join(cwd, 'usual', 'a.png'), join(cwd, 'out', 'a.png'), {
    shavePx: 0,
  });
  t.true(compared.largestDifference <= 1);
});

test('-v and models info tell what a network runs on, and why', async (t) => {
  const cwd = await temporaryDirectory(t);
  await savePng(cwd, 'a.png', image.original, image);
  const none = 'there are no native kernels on this machine, since they are switched off by SRGAN_KERNELS';
  const onnx = { SRGAN_KERNELS: 'none' };
  const neither = { ...onnx, ...(await withoutPackages(t, 'onnxruntime-node')) };
  for (const [env, what] of [
    [onnx, `onnxruntime: ${none}`],
    [neither, `the reference engine: ${none}`],
  ] as const) {
    const ran = await srgan(['pipe', 'a.png', 'out', '-v', '--overwrite'], { cwd, env });
    t.true(ran.stderr.includes(` x2 runs on ${what}.\n`), ran.stderr);
    const { stdout } = await srgan(['models', 'info', 'esrgan-slim'], { env });
    t.true(stdout.endsWith(`\nRuns on ${what}.\n`), stdout);
  }
});

test('without onnxruntime our own kernels run what they otherwise leave to it, where there are any', async (t) => {
  const { stdout } = await srgan(['models', 'info', 'esrgan-slim'], {
    env: await withoutPackages(t, 'onnxruntime-node'),
  });
  const built = kernelIdentity() !== undefined;
  t.regex(stdout, built ? /^Runs on native kernels for \w+\.$/m : /^Runs on the reference engine: /m);
});

for (const flags of [
  ['--engine', 'onnx'],
  ['--device', 'cuda'],
]) {
  test(`without onnxruntime ${flags.join(' ')} ends the run before the first image`, async (t) => {
    const cwd = await temporaryDirectory(t);
    const env = { ...(await withoutPackages(t, 'onnxruntime-node')), SRGAN_KERNELS: 'none' };
    await savePng(cwd, 'a.png', image.original, image);
    const ran = await srgan(['pipe', 'a.png', 'out', ...flags], { cwd, env });
    t.is(ran.exitCode, 2);
    t.regex(
      ran.stderr,
      /^srgan: The onnx engine needs onnxruntime-node, which is not installed\.\n {2}npm install onnxruntime-node$/m,
    );
    t.deepEqual(await readdir(cwd), ['a.png']);
  });
}

test('a network of one’s own: what running it tells is found without onnxruntime, but for unknown operators', async (t) => {
  const cwd = await temporaryDirectory(t);
  const env = { ...(await withoutPackages(t, 'onnxruntime-node')), SRGAN_KERNELS: 'none' };
  await savePng(cwd, 'a.png', image.original, image);
  const { bytes } = await openNetworks({ engine: 'onnx', device: 'cpu' }).load('esrgan-slim', 2);
  await writeFile(join(cwd, 'known.onnx'), bytes);
  await writeFile(join(cwd, 'unknown.onnx'), varied(bytes, { before: unknown }));
  const usual = await srgan(['pipe', 'a.png', 'usual', '-m', 'known.onnx'], { cwd });
  const known = await srgan(['pipe', 'a.png', 'out', '-m', 'known.onnx'], { cwd, env });
  t.is(known.exitCode, 0, known.stderr);
  t.is(usual.exitCode, 0, usual.stderr);
  const compared = await compareImages(join(cwd, 'usual', 'a.png'), join(cwd, 'out', 'a.png'), {
    shavePx: 0,
  });
  t.true(compared.largestDifference <= 1);
  const refused = await srgan(['pipe', 'a.png', 'other', '-m', 'unknown.onnx'], { cwd, env });
  t.is(refused.exitCode, 2);
  t.regex(
    refused.stderr,
    /unknown\.onnx: this network needs onnxruntime-node, which is not installed\.\n {2}npm install onnx/,
  );
});

const REFUSALS = [
  {
    packages: ['bullmq'],
    args: ['jobs', 'status', '--redis', 'redis://127.0.0.1:1'],
    sentence: 'srgan jobs needs bullmq and ioredis, which are not installed.\n  npm install bullmq ioredis',
  },
  {
    packages: ['ioredis'],
    args: ['jobs', 'work', '--redis', 'redis://127.0.0.1:1'],
    sentence: 'srgan jobs needs bullmq and ioredis, which are not installed.\n  npm install bullmq ioredis',
  },
  {
    packages: ['prom-client'],
    args: ['jobs', 'work', '--redis', 'redis://127.0.0.1:1', '--metrics', '127.0.0.1:0'],
    sentence: '--metrics needs prom-client, which is not installed.\n  npm install prom-client',
  },
  {
    packages: ['@aws-sdk/client-s3'],
    args: ['pipe', 's3://bucket/images/', 'out'],
    sentence: 's3:// needs @aws-sdk/client-s3, which is not installed.\n  npm install @aws-sdk/client-s3',
  },
];

for (const { packages, args, sentence } of REFUSALS) {
  test(`without ${packages.join()}: ${args.slice(0, 2).join(' ')}`, async (t) => {
    const cwd = await temporaryDirectory(t);
    const ran = await srgan(args, { cwd, env: await withoutPackages(t, ...packages) });
    t.is(ran.exitCode, 2);
    t.true(ran.stderr.endsWith(`srgan: ${sentence}\n`), ran.stderr);
  });
}

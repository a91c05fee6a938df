import { copyFile, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import type { KeptRecord } from '../../src/network/models/kept/kept-record.js';
import type { NetworkListing } from '../../src/network/models/networks.js';
import { srgan, startSrgan } from '../helpers/cli.js';
import { savePngs } from '../helpers/pngs.js';
import { serve } from '../helpers/serve.js';
import { temporaryDirectory } from '../helpers/temporary-directory.js';
import { writeTinyNetwork } from '../helpers/tiny-network.js';

async function open(t: ExecutionContext) {
  const cwd = await temporaryDirectory(t);
  const options = { cwd, env: { SRGAN_HOME: path.join(cwd, 'data'), SRGAN_SUPERVISE: 'no' } };
  const home = path.join(cwd, 'data', 'models');
  return { cwd, home, options, run: (...args: string[]) => srgan(args, options) };
}

const sizeOf = async (file: string) => {
  const { default: sharp } = await import('sharp');
  const { width, height } = await sharp(file).metadata();
  return [width, height];
};

test('kept by its path, it is a name for every command, from anywhere', async (t) => {
  const { cwd, home, options, run } = await open(t);
  await writeTinyNetwork(path.join(cwd, 'in', 'my net'), { factor: 3 });
  await writeFile(
    path.join(cwd, 'in', 'LICENSE'),
    'Permission is hereby granted, free of charge, to any person',
  );
  const added = await run('models', 'add', 'in/my net.bin');
  t.is(added.exitCode, 0, added.stderr);
  t.is(added.stdout, 'my-net\n');
  t.regex(
    added.stderr,
    /^my-net: kept\. x3, ncnn, MIT \(the file LICENSE beside it\)\n {2}sha256 [0-9a-f]{64} {2}my net\.param\n/,
  );
  t.deepEqual(await readdir(home), ['my-net']);
  await rm(path.join(cwd, 'in'), { recursive: true });

  await savePngs(path.join(cwd, 'images'), ['a.png'], 12, 8);
  const upscaled = await run('upscale', 'images/a.png', 'a.png', '--model', 'my-net');
  t.is(upscaled.exitCode, 0, upscaled.stderr);
  t.deepEqual(await sizeOf(path.join(cwd, 'a.png')), [36, 24]);
  const piped = await run('pipe', 'images', 'out', '-m', 'my-net', '--name', '{name}-{model}.{ext}');
  t.is(piped.stdout.trim(), path.join('out', 'a-my-net.png'));
  t.deepEqual(await readFile(path.join(cwd, piped.stdout.trim())), await readFile(path.join(cwd, 'a.png')));
  t.is((await run('batch', 'images', 'b', '-m', 'my-net', '--batch-id', 'x')).exitCode, 0);
  await rm(path.join(cwd, 'b', 'a.png'), { force: true });
  await rm(path.join(cwd, 'b', 'a_3x.png'), { force: true });
  const resumed = await srgan(['batch', '../b', '--resume', 'x'], {
    ...options,
    cwd: path.join(cwd, 'images'),
  });
  t.is(resumed.exitCode, 0, resumed.stderr);
  t.not(resumed.stdout, '');
  t.is((await run('models', 'convert', 'my-net', 'net.onnx')).exitCode, 0);
  t.is(
    (await run('upscale', 'images/a.png', 'c.png', '--engine', 'resize', '-m', 'my-net', '-s', '2')).exitCode,
    0,
  );

  t.regex((await run('models')).stdout, /^my-net +x3 +1 px +729 +756 +MIT +\/.*my net\.param$/m);
  const info = await run('models', 'info', 'my-net');
  t.regex(info.stdout, /^licence +MIT \(the file LICENSE beside it\)$/m);
  t.regex(info.stdout, /^origin +\/.*my net\.param$/m);
  t.regex(info.stdout, /^sha256 +[0-9a-f]{64} {2}my net\.bin$/m);
  t.regex(info.stdout, /^factor +x3 +read from its operators$/m);
  const [listing] = JSON.parse((await run('models', 'list', '--kept', '--json')).stdout) as NetworkListing[];
  t.like(listing, {
    name: 'my-net',
    licence: 'MIT',
    factors: [3],
    kept: { licenceBy: 'the file LICENSE beside it' },
  });
  t.true((await run('models', '--names')).stdout.endsWith('esrgan-thick\nmy-net\n'));

  t.is((await run('models', 'remove', 'my-net')).exitCode, 0);
  t.deepEqual(await readdir(home), []);
  const gone = await run('models', 'remove', 'my-net');
  t.is(gone.exitCode, 2);
  t.regex(gone.stderr, /^srgan: my-net: no network of this name is kept\./);
});

test('the same again, another of the name, a changed file', async (t) => {
  const { cwd, home, run } = await open(t);
  await writeTinyNetwork(path.join(cwd, 'net'));
  await writeTinyNetwork(path.join(cwd, 'other', 'net'), { seed: 2 });
  const [record] = JSON.parse((await run('models', 'add', 'net.param', '--json')).stdout) as KeptRecord[];
  const again = await run('models', 'add', 'net.param');
  t.is(again.exitCode, 0);
  t.is(again.stdout, 'net\n');
  t.regex(again.stderr, /^net: is kept already, the same in every byte\./);
  const other = await run('models', 'add', 'other');
  t.is(other.exitCode, 1);
  t.regex(
    other.stderr,
    /^srgan: net: a network of this name is already kept, from \/.*net\.param\.\n {2}--force/,
  );
  t.deepEqual(await readdir(home), ['net']);
  t.is((await run('models', 'add', 'other', '--name', 'second')).stdout, 'second\n');

  const bin = path.join(home, 'net', record!.folder, 'net.bin');
  await copyFile(path.join(cwd, 'other', 'net.bin'), bin);
  await savePngs(path.join(cwd, 'images'), ['a.png'], 12, 8);
  for (const args of [
    ['upscale', 'images/a.png', 'a.png', '--model', 'net'],
    ['models', 'info', 'net'],
  ]) {
    const { exitCode, stderr } = await run(...args);
    t.is(exitCode, 2);
    t.true(
      stderr.includes(`has changed since it was kept: its sha256 is `) &&
        stderr.includes(record!.files['net.bin']!),
      stderr,
    );
  }
  // the same network puts it right, without force
  t.regex((await run('models', 'add', 'net.param')).stderr, /^net: kept\./);
  t.is((await run('models', 'info', 'net')).exitCode, 0);
  t.is((await run('models', 'add', 'other', '--force')).exitCode, 0);
  t.is((await readdir(path.join(home, 'net'))).length, 2);
  const [replaced] = JSON.parse((await run('models', '--kept', '--json')).stdout) as NetworkListing[];
  t.not(replaced!.kept!.files['net.bin'], record!.files['net.bin']);
});

test('what cannot be run, and what cannot be understood, is not kept', async (t) => {
  const { cwd, home, run } = await open(t);
  const refused = async (status: number, pattern: RegExp, ...args: string[]) => {
    const { exitCode, stdout, stderr } = await run('models', 'add', ...args);
    t.is(exitCode, status, stderr);
    t.is(stdout, '');
    t.regex(stderr, pattern);
    t.deepEqual(await readdir(home).catch(() => []), []);
  };
  await writeTinyNetwork(path.join(cwd, 'several', 'a'));
  await writeTinyNetwork(path.join(cwd, 'several', 'b'));
  await writeTinyNetwork(path.join(cwd, 'alone'));
  await rm(path.join(cwd, 'alone.bin'));
  await writeFile(path.join(cwd, 'bad.onnx'), 'no network');
  await mkdir(path.join(cwd, 'empty'));
  await refused(2, /2 networks are in it: a, b\.\n {2}--all/, 'several');
  await refused(2, /--only NAME selects/, 'several', '--all', '--name', 'x');
  await refused(2, /no network in it is called c/, 'several', '--only', 'c');
  await refused(2, /alone\.bin: the network's file cannot be read/, 'alone.param');
  await refused(2, /bad\.onnx: .*not an ONNX file/, 'bad.onnx');
  await refused(2, /empty: it contains no network/, 'empty');
  await refused(2, /no such file, folder or package/, './gone.param');
  await refused(2, /cannot be the name of a network/, 'several', '--only', 'a', '--name', 'a/b');
  await refused(2, /of this name is built in/, 'several', '--only', 'a', '--name', 'esrgan-slim');
  await refused(2, /--sha256 needs 64 hex digits/, 'several', '--sha256', 'abc');
  await refused(
    2,
    /No file has the sha256 0{64}: that of a\.param is /,
    'several',
    '--only',
    'a',
    '--sha256',
    '0'.repeat(64),
  );

  await writeFile(path.join(cwd, 'several', 'c.onnx'), 'no network');
  const some = await run('models', 'add', 'several', '--all');
  t.is(some.exitCode, 1);
  t.is(some.stdout, 'a\nb\n');
  t.regex(some.stderr, /^c: not kept\. .*c\.onnx: /m);
});

test('an installed package: a family with its factors, under the name of its own package or another', async (t) => {
  const { cwd, run } = await open(t);
  const added = await run('models', 'add', '@upscalerjs/esrgan-slim', '--name', 'mine');
  t.is(added.exitCode, 0, added.stderr);
  t.regex(
    added.stderr,
    /^mine: kept\. x2 x3 x4 x8, TensorFlow\.js, MIT \(package\.json of @upscalerjs\/esrgan-slim\)$/m,
  );
  await savePngs(cwd, ['a.png'], 12, 8);
  for (const model of ['mine', 'esrgan-slim']) {
    const { exitCode, stderr } = await run('upscale', 'a.png', `${model}.png`, '-m', model, '-s', '3');
    t.is(exitCode, 0, stderr);
  }
  t.deepEqual(await readFile(path.join(cwd, 'mine.png')), await readFile(path.join(cwd, 'esrgan-slim.png')));
});

test('a download that is interrupted or killed leaves nothing that stays', async (t) => {
  const { cwd, home, options, run } = await open(t);
  let begun: () => void = () => undefined;
  const server = await serve(t, (_request, response) => {
    response.writeHead(200).write('half', () => begun());
  });
  const interrupted = async (signal: NodeJS.Signals) => {
    const half = new Promise<void>((resolve) => {
      begun = resolve;
    });
    const { child, ended } = startSrgan(['models', 'add', `${server}/net.onnx`], options);
    await half;
    child.kill(signal);
    return ended;
  };
  const { exitCode, stderr } = await interrupted('SIGINT');
  t.is(exitCode, 130, stderr);
  t.deepEqual(await readdir(home), []);
  await interrupted('SIGKILL');
  await writeTinyNetwork(path.join(cwd, 'net'));
  t.is((await run('models', 'add', 'net.param')).exitCode, 0);
  t.deepEqual(await readdir(home), ['net']);
});

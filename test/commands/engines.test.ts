import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { compareImages } from '../../src/pixels/metrics/compare.js';
import { writeBlurGraphModel } from '../network/engines/tfjs-files.js';
import { srgan } from '../helpers/cli.js';
import { drawPair, savePng } from '../helpers/image-pair.js';
import { temporaryDirectory } from '../helpers/temporary-directory.js';
import { hasTfjsNode } from '../helpers/tfjs-node.js';

const image = drawPair({ widthPx: 61, heightPx: 47, channels: 3, max: 255 });
const RUNS_ON = hasTfjsNode
  ? /^The tfjs engine runs on tfjs-node 4\.\S+ and TensorFlow 2\.\S+\.$/m
  : /^The tfjs engine runs on WebAssembly \(.+\), since @tensorflow\/tfjs-node is not installed\.$/m;

test('--engine tfjs gives the result of the default engine, and says what it runs on', async (t) => {
  const cwd = await temporaryDirectory(t);
  await savePng(cwd, 'a.png', image.original, image);
  const tiles = ['--tile', '23', '--threads', '2', '--model', 'esrgan-slim'];
  const said: string[] = [];
  for (const engine of ['onnx', 'tfjs']) {
    const ran = await srgan(['pipe', 'a.png', engine, '--engine', engine, ...tiles], { cwd });
    t.is(ran.exitCode, 0, ran.stderr);
    t.is(ran.stdout, `${join(engine, 'a.png')}\n`);
    said.push(ran.stderr);
  }
  t.regex(said[1]!, RUNS_ON);
  t.notRegex(said[0]!, /engine/);
  t.log(RUNS_ON.exec(said[1]!)?.[0]);
  const compared = await compareImages(join(cwd, 'onnx', 'a.png'), join(cwd, 'tfjs', 'a.png'), {
    shavePx: 0,
  });
  t.true(compared.largestDifference <= 1);
  t.true(compared.widthPx === 122 && compared.heightPx === 94);
  const one = await srgan(['upscale', 'a.png', 'one.png', '--engine', 'tfjs', ...tiles], { cwd });
  t.regex(one.stderr, RUNS_ON);
  t.deepEqual(await readFile(join(cwd, 'one.png')), await readFile(join(cwd, 'tfjs', 'a.png')));
});

test('--engine reference gives the result of the default engine, and says that it is slow', async (t) => {
  const cwd = await temporaryDirectory(t);
  await savePng(cwd, 'a.png', image.original, image);
  for (const engine of ['onnx', 'reference']) {
    const ran = await srgan(['pipe', 'a.png', engine, '--engine', engine, '--threads', '2'], { cwd });
    t.is(ran.exitCode, 0, ran.stderr);
    t.is(/^The reference engine .+ slowly\.$/m.test(ran.stderr), engine === 'reference', ran.stderr);
  }
  const compared = await compareImages(join(cwd, 'onnx', 'a.png'), join(cwd, 'reference', 'a.png'), {
    shavePx: 0,
  });
  t.true(compared.largestDifference <= 1);
});

test('a graph-model of the user, and -q', async (t) => {
  const cwd = await temporaryDirectory(t);
  await savePng(cwd, 'a.png', image.original, image);
  await writeBlurGraphModel(join(cwd, 'blur'));
  const flags = ['--engine', 'tfjs', '--model', 'blur', '--name', '{name}-{model}.{ext}', '-q'];
  const ran = await srgan(['pipe', 'a.png', 'out', ...flags], { cwd });
  t.is(ran.exitCode, 0, ran.stderr);
  t.is(ran.stderr, '');
  t.deepEqual(await readdir(join(cwd, 'out')), ['a-blur.png']);
});

test('a device that tfjs has not ends the run before the first image', async (t) => {
  const cwd = await temporaryDirectory(t);
  await savePng(cwd, 'a.png', image.original, image);
  const ran = await srgan(['pipe', 'a.png', 'out', '--engine', 'tfjs', '--device', 'cuda'], { cwd });
  t.is(ran.exitCode, 2);
  t.regex(ran.stderr, /The tfjs engine runs on the CPU only, not on 'cuda'\.\n {2}Leave --device out/);
  t.deepEqual(await readdir(cwd), ['a.png']);
});

test('models convert: the path on standard output, the facts on standard error', async (t) => {
  const cwd = await temporaryDirectory(t);
  const args = ['models', 'convert', 'esrgan-slim', 'slim.onnx', '--scale', '3'];
  const ran = await srgan(args, { cwd });
  t.is(ran.exitCode, 0, ran.stderr);
  t.is(ran.stdout, 'slim.onnx\n');
  t.regex(ran.stderr, /^esrgan-slim x3: \d+ KiB; takes values of 0\.\.255 and gives 3 × 3 times as many/);
  const again = await srgan(args, { cwd });
  t.is(again.exitCode, 1);
  t.regex(again.stderr, /slim\.onnx: is already there\.\n {2}--overwrite replaces it\./);
  t.is((await srgan([...args, '--overwrite'], { cwd })).exitCode, 0);
  t.is((await srgan(['models', 'convert', 'esrgan-slim', 'slim.pb'], { cwd })).exitCode, 2);
  t.deepEqual(await readdir(cwd), ['slim.onnx']);
});

import { readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import sharp from 'sharp';
import { findBinding } from '../../src/network/engines/native/binding.js';
import { srgan, startSrgan } from '../helpers/cli.js';
import { draw } from '../helpers/images.js';
import { temporaryDirectory } from '../helpers/temporary-directory.js';
import { testWhere } from '../helpers/where.js';

const testNative = testWhere(findBinding().binding !== undefined, 'there are no native kernels');

async function folder(t: Parameters<typeof temporaryDirectory>[0]) {
  const directory = await temporaryDirectory(t);
  for (const seed of [1, 2, 3]) {
    const { data, widthPx, heightPx } = draw({ widthPx: 260, heightPx: 240, seed });
    const raw = { width: widthPx, height: heightPx, channels: 3 as const };
    await sharp(data, { raw })
      .png()
      .toFile(path.join(directory, `p${seed}.png`));
  }
  return directory;
}

const SMALL = ['--size', 's', '--seed', '4', '--threads', '1'];

testNative('a network is trained, can be used and begun from, and the page shows its curve', async (t) => {
  const cwd = await folder(t);
  const args = [
    'train',
    '*.png',
    '-o',
    'a.onnx',
    '--steps',
    '12',
    ...SMALL,
    '--html',
    'curve.html',
    '--json',
  ];
  const { exitCode, stdout, stderr } = await srgan(args, { cwd });
  t.is(exitCode, 0, stderr);
  const document = JSON.parse(stdout) as { steps: number; complete: boolean; scores: { gainDb: number }[] };
  t.is(document.steps, 12);
  t.true(document.complete && Number.isFinite(document.scores[0]?.gainDb));
  t.regex(stderr, /step 12, .* loss .*: clean .* dB over lanczos3/);
  t.regex(
    await readFile(path.join(cwd, 'curve.html'), 'utf8'),
    /<svg[^]*Gain over lanczos3|Gain over lanczos3[^]*<svg/,
  );
  const used = await srgan(['pipe', 'p1.png', 'out', '--model', './a.onnx'], { cwd });
  t.is(used.exitCode, 0, used.stderr);
  const { width } = await sharp(path.join(cwd, 'out/p1.png')).metadata();
  t.is(width, 520);
  const from = await srgan(
    ['train', '*.png', '-o', 'b.onnx', '--steps', '2', '--scale', '3', '--from', 'a.onnx', ...SMALL],
    { cwd },
  );
  t.is(from.exitCode, 0, from.stderr);
  const stated = JSON.parse(await readFile(path.join(cwd, 'b.srgan.json'), 'utf8')) as {
    training: { from: string; steps: number };
    figures: { clean: { overLanczos3: number } };
  };
  t.is(stated.training.from, 'a.onnx');
  t.is(stated.training.steps, 2);
  t.true(Number.isFinite(stated.figures.clean.overLanczos3));
});

testNative('Ctrl-C saves; --resume goes on to the same network as a training that ran through', async (t) => {
  const cwd = await folder(t);
  const args = (out: string) => ['train', '*.png', '-o', out, '--steps', '60', ...SMALL];
  const whole = await srgan(args('whole.onnx'), { cwd });
  t.is(whole.exitCode, 0, whole.stderr);
  const running = startSrgan(args('part.onnx'), { cwd });
  await running.saysOnStderr(/Training on 2 pictures/);
  running.child.kill('SIGINT');
  const { exitCode } = await running.ended;
  // it may have been done before
  t.true(exitCode === 130 || exitCode === 0);
  if (exitCode === 130 && (await stat(path.join(cwd, 'part.onnx.checkpoint')).catch(() => undefined))) {
    const resumed = await srgan([...args('part.onnx'), '--resume'], { cwd });
    t.is(resumed.exitCode, 0, resumed.stderr);
  } else if (exitCode === 130) {
    const again = await srgan(args('part.onnx'), { cwd });
    t.is(again.exitCode, 0, again.stderr);
  }
  const [a, b] = await Promise.all(['whole.onnx', 'part.onnx'].map((name) => readFile(path.join(cwd, name))));
  t.deepEqual(a, b);
});

testNative('what cannot be done is told in a sentence', async (t) => {
  const cwd = await folder(t);
  await writeFile(path.join(cwd, 'text.onnx'), 'no network');
  const refused: [args: string[], sentence: RegExp][] = [
    [['nothing/*.png', '-o', 'a.onnx'], /No (?:picture|image) was found|nothing/],
    [['*.png', '-o', 'a.bin'], /written as an \.onnx file/],
    [['*.png', '-o', 'a.onnx', '--from', 'text.onnx'], /text\.onnx/],
    [['*.png', '-o', 'a.onnx', '--from', 'clean-m', '--size', 's'], /another size/],
    [['*.png', '-o', 'a.onnx', '--resume'], /no checkpoint/],
    [['*.png', '-o', 'a.onnx', '--steps', '0'], /steps/],
  ];
  for (const [args, sentence] of refused) {
    const { exitCode, stderr } = await srgan(['train', ...args], { cwd });
    t.is(exitCode, 2, args.join(' '));
    t.regex(stderr, sentence);
    t.notRegex(stderr, /\n {4}at /);
  }
});

test('without the kernels it says how to get them', async (t) => {
  const cwd = await folder(t);
  const { exitCode, stderr } = await srgan(['train', '*.png', '-o', 'a.onnx'], {
    cwd,
    env: { SRGAN_KERNELS: 'none' },
  });
  t.is(exitCode, 2);
  t.regex(stderr, /native kernels[^]*npm rebuild srgan/);
});

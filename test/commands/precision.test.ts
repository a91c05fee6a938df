import { join } from 'node:path';
import test from 'ava';
import sharp from 'sharp';
import { srgan } from '../helpers/cli.js';
import { draw, pipelineOf } from '../helpers/images.js';
import { onExactIntegers } from '../helpers/integers.js';
import { makeTree } from '../helpers/tree.js';

const NOTE = /^esrgan-slim x2 in int8: \d\d\.\d dB PSNR against fp32 on generated images, .+ here\.$/gm;

onExactIntegers(
  '--precision int8: near to fp32, said once, and taken up as a result of its own',
  async (t) => {
    const cwd = await makeTree(t);
    for (const name of ['a.png', 'b.png']) {
      await pipelineOf(draw({ widthPx: 110, heightPx: 100 }))
        .png()
        .toFile(join(cwd, name));
    }
    const run = async (...flags: string[]) => {
      const args = [
        'pipe',
        'a.png',
        'b.png',
        'out',
        '--tile',
        '32',
        '--model',
        'esrgan-slim',
        '--resume',
        ...flags,
      ];
      const { exitCode, stderr } = await srgan(args, { cwd });
      t.is(exitCode, 0, stderr);
      return stderr;
    };
    const result = () =>
      sharp(join(cwd, 'out', 'a.png'))
        .raw()
        .toBuffer();

    const first = await run('--precision', 'int8');
    t.is(first.match(NOTE)?.length, 1, first);
    const int8 = await result();
    t.regex(await run('--precision', 'int8'), /^Upscaled 0 images in .+, 2 skipped\.$/m);
    const fp32Run = await run();
    t.notRegex(fp32Run, /int8/);
    t.regex(fp32Run, /^Upscaled 2 images in .+\.$/m);
    const fp32 = await result();
    t.regex(await run('--precision', 'fp32'), /, 2 skipped\.$/m);

    const off = int8.map((value, at) => Math.abs(value - fp32[at]!));
    const squares = off.reduce((sum, value) => sum + value ** 2, 0);
    t.true(squares > 0);
    t.true(10 * Math.log10((255 ** 2 * off.length) / squares) > 44);
  },
);

test('upscale and batch take it too; where it cannot be, that is said', async (t) => {
  const cwd = await makeTree(t);
  await pipelineOf(draw({ widthPx: 40, heightPx: 30 }))
    .png()
    .toFile(join(cwd, 'a.png'));
  const one = await srgan(['upscale', 'a.png', 'b.png', '--precision', 'int8'], { cwd });
  t.is(one.exitCode, 0, one.stderr);
  t.is(one.stderr.match(/int8/g)?.length, 1, one.stderr);
  const batch = await srgan(['batch', '.', 'out', '--precision', 'int8', '--quiet'], { cwd });
  t.is(batch.exitCode, 0, batch.stderr);
  t.notRegex(batch.stderr, /int8/);

  for (const [flags, excluded] of [
    [['--no-fold'], 'fold: false'],
    [['--engine', 'tfjs'], 'engine tfjs'],
    [['--engine', 'resize'], 'engine resize'],
    [['--device', 'auto'], 'device auto'],
  ] as const) {
    const args = ['pipe', 'a.png', 'never', '--precision', 'int8', ...flags];
    const { exitCode, stderr } = await srgan(args, { cwd });
    t.is(exitCode, 2, stderr);
    t.true(
      stderr.includes(
        `precision int8 is for folded networks in onnxruntime on the CPU, so it excludes ${excluded}.`,
      ),
      stderr,
    );
  }
});

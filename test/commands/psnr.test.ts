import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { srgan } from '../helpers/cli.js';
import { drawPair, savePng } from '../helpers/image-pair.js';
import { temporaryDirectory } from '../helpers/temporary-directory.js';

const pair = drawPair({ widthPx: 61, heightPx: 47, channels: 3, max: 255 });

test('prints the figures, and leaves no temp file', async (t) => {
  const cwd = await temporaryDirectory(t);
  await savePng(cwd, 'a.png', pair.original, pair);
  await savePng(cwd, 'b.png', pair.changed, pair);
  const temp = join(cwd, 'temp');
  await mkdir(temp);
  const { exitCode, stdout, stderr } = await srgan(['psnr', 'a.png', 'b.png', '--shave', '3'], {
    cwd,
    env: { TMPDIR: temp, TEMP: temp, TMP: temp },
  });
  t.is(stderr, '');
  t.is(exitCode, 0);
  t.deepEqual(stdout.split('\n'), [
    'PSNR Y              40.530 dB',
    'PSNR RGB            35.514 dB',
    'SSIM Y              0.98868',
    'SSIM RGB            0.99136',
    'largest difference  13 of 255',
    'compared            61×47 px, 3 px left out at each side',
    '',
  ]);
  t.deepEqual(await readdir(temp), []);
});

test('--json is one document, with null for what is infinite or not there', async (t) => {
  const cwd = await temporaryDirectory(t);
  const tiny = drawPair({ widthPx: 9, heightPx: 9, channels: 1, max: 255 });
  await savePng(cwd, 'a.png', tiny.original, tiny);
  const { exitCode, stdout } = await srgan(['psnr', 'a.png', 'a.png', '--json'], { cwd });
  t.is(exitCode, 0);
  t.deepEqual(JSON.parse(stdout), {
    a: { path: 'a.png', channels: 1, bitsPerSample: 8 },
    b: { path: 'a.png', channels: 1, bitsPerSample: 8 },
    widthPx: 9,
    heightPx: 9,
    pages: 1,
    shavePx: 0,
    identical: true,
    meanSquaredError: { rgb: 0, y: 0 },
    psnrDb: { rgb: null, y: null },
    ssim: null,
    largestDifference: 0,
    notes: [],
  });
});

test('tells in plain sentences what cannot be compared', async (t) => {
  const cwd = await temporaryDirectory(t);
  await savePng(cwd, 'a.png', pair.original, pair);
  await savePng(cwd, 'turned.png', pair.original, { ...pair, widthPx: 47, heightPx: 61 });
  const cases: [string[], number, RegExp][] = [
    [
      ['a.png', 'turned.png'],
      2,
      /^srgan: a\.png \(61×47 px\) and turned\.png \(47×61 px\) differ in size\.\n {2}Only images/,
    ],
    [['a.png', 'missing.png'], 1, /^srgan: missing\.png: there is no such file\.\n$/],
    [['a.png'], 2, /^srgan: .*b/s],
    [['a.png', 'a.png', '--shave', '-1'], 2, /^srgan: /],
    [['a.png', 'a.png', '--shave', 'x'], 2, /^srgan: Expected a whole number for --shave/],
    [
      ['a.png', 'a.png', '--shave', '24'],
      2,
      /^srgan: Nothing is left of 61×47 px after 24 px at each side\./,
    ],
  ];
  for (const [args, status, message] of cases) {
    const { exitCode, stdout, stderr } = await srgan(['psnr', ...args], { cwd });
    t.is(exitCode, status, args.join(' '));
    t.regex(stderr, message);
    t.is(stdout, '');
  }
});

for (const command of ['psnr', 'compare'] as const) {
  test(`${command} opens the kinds that pipe opens, and no others`, async (t) => {
    const cwd = await temporaryDirectory(t);
    const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="20" height="20"/>';
    for (const name of ['a.svg', 'a.png']) {
      await writeFile(join(cwd, name), svg);
      const { exitCode, stderr } = await srgan([command, name, name], { cwd });
      t.is(exitCode, 1);
      t.regex(stderr, /^srgan: a\.(svg|png): is not an image of a supported kind\.$/m);
    }
  });
}

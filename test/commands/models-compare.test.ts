import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { openInBrowser } from '../helpers/browser.js';
import { srgan, startSrgan } from '../helpers/cli.js';
import { drawPair, savePng } from '../helpers/image-pair.js';
import { makeTree } from '../helpers/tree.js';
import { onPosix } from '../helpers/where.js';

/** Such a name is not possible on Windows. */
const HOSTILE = process.platform === 'win32' ? "a&amp;'.png" : '<img src=x onerror=alert(1)>.png';

interface Document {
  scale: number;
  downscale: string;
  shavePx: number;
  images: {
    found: number;
    compared: { path: string; widthPx: number; heightPx: number }[];
    failed: { code: string; message: string }[];
  };
  networks: {
    name: string;
    native: boolean;
    psnrDb: { rgb: number; y: number } | null;
    ssim: { rgb: number; y: number };
    mpxPerSecond: { median: number };
    peakRssBytes: number;
    runs: { inputPixels: number }[];
    images: { path: string; psnrDb: { rgb: number; alpha?: number } }[];
  }[];
  failedNetworks: { name: string; code: string }[];
  remarks: string[];
}

/** Originals of every kind in `hr`, an empty `tmp`. */
async function originals(t: ExecutionContext) {
  const cwd = await makeTree(t, { 'hr/': '', 'tmp/': '' });
  const save = async (
    name: string,
    widthPx: number,
    heightPx: number,
    channels: 1 | 3 | 4,
    depth: 8 | 16,
  ) => {
    const pair = drawPair({ widthPx, heightPx, channels, max: depth === 8 ? 255 : 65535 });
    await savePng(join(cwd, 'hr'), name, pair.original, pair, depth);
  };
  await save(HOSTILE, 61, 47, 3, 8);
  await save('b-alpha.png', 40, 40, 4, 8);
  await save('c-gray16.png', 36, 50, 1, 16);
  return { cwd, env: { TMPDIR: join(cwd, 'tmp'), SRGAN_SUPERVISE: 'no' } };
}

test('a table and a page of a network by name and one by path; nothing else is left', async (t) => {
  const { cwd, env } = await originals(t);
  const converted = await srgan(['models', 'convert', 'esrgan-slim', 'four.onnx', '--scale', '4'], { cwd });
  t.is(converted.exitCode, 0, converted.stderr);
  const args = ['models', 'compare', 'hr', '-m', 'esrgan-slim,four.onnx', '-s', '2', '-t', '1'];
  const ran = await srgan([...args, '-o', 'page.html', '--crops', '6', '--sort', 'name'], { cwd, env });
  t.is(ran.exitCode, 0, ran.stderr);
  t.regex(ran.stdout, /^3 images of 0\.0062 Mpx, made small by bicubic to 0\.0015 Mpx and enlarged x2; /m);
  t.regex(ran.stdout, /^NETWORK +PSNR RGB \(dB\) +PSNR Y \(dB\) +SSIM +Mpx\/s +PEAK MEMORY$/m);
  const names = [...ran.stdout.matchAll(/^(\S+) +\d+\.\d\d +\d+\.\d\d +0\.\d{4} +\S+ +[\d.]+ MiB$/gm)];
  t.deepEqual(
    names.map(([, name]) => name),
    ['esrgan-slim', 'four', 'lanczos3'],
  );
  t.regex(ran.stdout, /^four has no x2: it enlarges x4 and is resized by lanczos3, as --scale does\.$/m);
  t.regex(ran.stderr, /^run 3\/3: four$/m);
  t.deepEqual((await readdir(cwd)).sort(), ['four.onnx', 'hr', 'page.html', 'tmp']);
  t.deepEqual(await readdir(join(cwd, 'tmp')), []);

  const markup = await readFile(join(cwd, 'page.html'), 'utf8');
  t.false(markup.includes('<img src=x'));
  const page = await openInBrowser(t, join(cwd, 'page.html'));
  if (!page) return;
  t.is(await page.evaluate('document.querySelectorAll(".crop").length'), 3);
  t.true(
    await page.evaluate(
      `document.querySelector('.crop h3').textContent.includes(${JSON.stringify(HOSTILE)})`,
    ),
  );
  t.is(
    await page.evaluate(
      '[...document.querySelectorAll(".crop img")].filter((i) => i.naturalWidth > 0).length',
    ),
    3 * 5,
  );
  t.deepEqual(
    await page.evaluate(
      '[...document.querySelectorAll("svg .label")].map((l) => l.lastChild.textContent.trim()).sort()',
    ),
    ['esrgan-slim', 'four', 'lanczos3'],
  );
  t.deepEqual(page.complaints, []);
  t.deepEqual(page.requests, []);
  await page.setScheme('dark');
  t.true((await page.evaluate<number>('document.documentElement.scrollWidth')) <= 1200);
});

test('one document: figures, facts and what was left out; exit 1', async (t) => {
  const { cwd, env } = await originals(t);
  const small = drawPair({ widthPx: 15, heightPx: 40, channels: 3, max: 255 });
  await savePng(join(cwd, 'hr'), 'd-small.png', small.original, small);
  await writeFile(join(cwd, 'hr', 'e-broken.png'), 'no image');
  const flat = { widthPx: 32, heightPx: 32, channels: 3 as const };
  await savePng(join(cwd, 'hr'), 'f-flat.png', new Uint16Array(32 * 32 * 3).fill(90), flat);
  const ran = await srgan(
    [
      'models',
      'compare',
      'hr',
      '--models',
      'esrgan-slim',
      '--scale',
      '3',
      '--json',
      '-t',
      '1',
      '--repeat',
      '2',
    ],
    { cwd, env },
  );
  t.is(ran.exitCode, 1, ran.stderr);
  t.regex(
    ran.stderr,
    /^E_UNSUPPORTED: .*d-small\.png: 15×40 px are too few to compare at x3; .* 18 at least\.$/m,
  );
  t.regex(ran.stderr, /^E_UNSUPPORTED: .*e-broken\.png: is not an image/m);
  const document = JSON.parse(ran.stdout) as Document;
  t.like(document, { scale: 3, downscale: 'bicubic', shavePx: 3, failedNetworks: [] });
  t.is(document.images.found, 6);
  t.deepEqual(
    document.images.compared.map(({ widthPx, heightPx }) => [widthPx, heightPx]),
    [
      [60, 45],
      [39, 39],
      [36, 48],
      [30, 30],
    ],
  );
  t.is(document.images.failed.length, 2);
  t.deepEqual(document.networks.map(({ name }) => name).sort(), ['esrgan-slim', 'lanczos3']);
  for (const { psnrDb, ssim, peakRssBytes, runs, images, native, mpxPerSecond } of document.networks) {
    t.true(native);
    t.is(runs.length, 2);
    t.is(runs[0]?.inputPixels, 20 * 15 + 13 * 13 + 12 * 16 + 10 * 10);
    t.true(mpxPerSecond.median > 0 && peakRssBytes > 2 ** 24 && ssim.y > 0.3 && ssim.y < 1);
    const measured = images.slice(0, 3).map((image) => image.psnrDb.rgb);
    t.true(Math.abs(psnrDb!.rgb - measured.reduce((a, b) => a + b) / 3) < 1e-9);
    t.true(images[1]!.psnrDb.alpha! > 10);
  }
  t.true(document.remarks.some((remark) => /since one gives it back exactly: .*f-flat\.png\.$/.test(remark)));
});

test('a command line that makes no sense is one sentence and exit 2', async (t) => {
  const { cwd } = await originals(t);
  const cases: [string[], RegExp][] = [
    [['gone*'], /^srgan: No image was found\.$/m],
    [['hr', '--models', 'nope'], /^srgan: nope: no network has this name\.$/m],
    [['hr', '--models', 'a,,b'], /for --models but received a,,b/],
    [['hr', '--scale', '9'], /from 2 to 8 for --scale but received 9/],
    [['hr', '--limit', '0'], /for --limit but received 0/],
    [['hr', '--downscale', 'x'], /--downscale/],
    [[], /sources/],
  ];
  for (const [args, message] of cases) {
    const { exitCode, stdout, stderr } = await srgan(['models', 'compare', ...args], { cwd });
    t.is(exitCode, 2, stderr);
    t.regex(stderr, message);
    t.is(stdout, '');
  }
});

onPosix('Ctrl-C ends what goes on and leaves nothing', async (t) => {
  const { cwd, env } = await originals(t);
  const run = startSrgan(
    ['models', 'compare', 'hr', '-m', 'esrgan-thick', '--scale', '2', '-o', 'page.html'],
    {
      cwd,
      env,
    },
  );
  await run.saysOnStderr(/^run 1\//m);
  run.child.kill('SIGINT');
  const { exitCode, stdout, stderr } = await run.ended;
  t.is(exitCode, 130, stderr);
  t.is(stdout, '');
  t.deepEqual((await readdir(cwd)).sort(), ['hr', 'tmp']);
  t.deepEqual(await readdir(join(cwd, 'tmp')), []);
});

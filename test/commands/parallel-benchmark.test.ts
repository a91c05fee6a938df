import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { openInBrowser } from '../helpers/browser.js';
import { srgan, startSrgan } from '../helpers/cli.js';
import { numbered, savePngs } from '../helpers/pngs.js';
import { makeTree } from '../helpers/tree.js';
import { onPosix } from '../helpers/where.js';

const SMALL = ['--engine', 'resize', '--image-size', '32', '--repeat', '1', '--warmup', '1'];
const command = (...args: string[]) => ['parallel-benchmark', ...SMALL, ...args];

/** The parts of the document that are asked for here. */
interface Document {
  machine: { cpu: string; usableCores: number };
  options: Record<string, unknown>;
  network: { name: string; factor: number };
  loadAverage: { begin: number; end: number };
  configurations: {
    method: string;
    images: number;
    threads: number;
    speedup: { median: number };
    efficiency: number;
    oversubscribed: boolean;
    identical: boolean;
    runs: { timeMs: number; peakRssBytes: number; differing: string[] }[];
  }[];
  best: { images: number; threads: number }[];
  recommendation: { threads: number; peakRssBytes: number };
  identical: boolean;
}

test('prints the table; the page opens in a browser; nothing else is left', async (t) => {
  const cwd = await makeTree(t, { 'tmp/': '' });
  const ran = await srgan(
    command('--batch-sizes', '3', '--thread-counts', '1,2', '--html', 'new/page.html'),
    {
      cwd,
      env: { TMPDIR: join(cwd, 'tmp') },
    },
  );
  t.is(ran.exitCode, 0, ran.stderr);
  const heading =
    'Method \\| Images \\| Threads \\| Time \\(s\\) \\| Images/s \\| Mpx/s \\| Speedup \\| Efficiency \\| Peak RSS';
  t.regex(ran.stdout.replace(/ +/g, ' '), new RegExp(`^${heading}$`, 'm'));
  t.is(ran.stdout.match(/^Sequential \| /gm)?.length, 1);
  t.is(ran.stdout.match(/^Parallel   \| /gm)?.length, 2);
  t.regex(ran.stdout, /^Recommended: --threads [12], .* peak memory \d/m);
  t.regex(ran.stderr, /^run 1\/3: 3 images, sequential, round 1$/m);
  t.regex(ran.stderr, /^run 3\/3: 3 images, 2 threads, round 1, ETA /m);
  t.deepEqual((await readdir(cwd)).sort(), ['new', 'tmp']);
  t.deepEqual(await readdir(join(cwd, 'tmp')), []);

  const page = await openInBrowser(t, join(cwd, 'new/page.html'));
  if (!page) return;
  t.is(await page.evaluate('document.title'), 'Parallel benchmark');
  t.is(await page.evaluate('document.querySelectorAll("svg.plot").length'), 4);
  t.deepEqual(page.complaints, []);
  t.deepEqual(page.requests, []);
});

test('--json is one document with every run, by the network, and -q says nothing else', async (t) => {
  const { stdout, stderr, exitCode } = await srgan([
    ...['parallel-benchmark', '--json', '-q', '--batch-sizes', '2,2,1', '--thread-counts', '8,1'],
    ...['--image-size', '16', '--repeat', '2', '--warmup', '0', '--scale', '3', '--seed', '9'],
    ...['--model', 'esrgan-slim', '--engine', 'onnx'],
  ]);
  t.is(stderr, '');
  t.is(exitCode, 0);
  const document = JSON.parse(stdout) as Document;
  t.deepEqual(document.network, { name: 'esrgan-slim', factor: 3 });
  t.like(document.options, {
    batchSizes: [1, 2],
    threadCounts: [1, 8],
    imageSizePx: 16,
    seed: 9,
    engine: 'onnx',
  });
  t.deepEqual(
    document.configurations.map(({ method, images, threads }) => [method, images, threads]),
    [1, 2].flatMap((images) => [
      ['sequential', images, 1],
      ['parallel', images, 1],
      ['parallel', images, 8],
    ]),
  );
  for (const { runs, identical, speedup, efficiency, threads, oversubscribed } of document.configurations) {
    t.true(identical);
    t.is(runs.length, 2);
    t.true(runs.every(({ timeMs, peakRssBytes }) => timeMs > 0 && peakRssBytes > 2 ** 24));
    t.is(efficiency, speedup.median / threads);
    t.is(oversubscribed, threads > document.machine.usableCores);
  }
  t.deepEqual(
    document.best.map(({ images }) => images),
    [1, 2],
  );
  t.true(document.identical);
  t.true(document.recommendation.peakRssBytes > 2 ** 24);
  t.true(document.loadAverage.begin >= 0 && document.loadAverage.end >= 0);
});

test('what --save saves is what pipe then takes; the rest of the file stays', async (t) => {
  const cwd = await makeTree(t, { 'srgan.config.json': '{"scale": 3, "engine": "resize", "threads": 1}' });
  const ran = await srgan(command('--batch-sizes', '2', '--thread-counts', '3', '--save', '--json'), { cwd });
  t.is(ran.exitCode, 0, ran.stderr);
  t.true(ran.stderr.includes(`Saved to ${join(cwd, 'srgan.config.json')}: 3 worker threads for later runs.`));
  const document = JSON.parse(ran.stdout) as Document;
  t.is(document.network.factor, 3);
  t.is(document.recommendation.threads, 3);
  t.deepEqual(JSON.parse(await readFile(join(cwd, 'srgan.config.json'), 'utf8')), {
    scale: 3,
    engine: 'resize',
    threads: 3,
  });
  await savePngs(join(cwd, 'in'), numbered(1), 20, 20);
  const piped = await srgan(['pipe', 'in', 'out', '--json', '-q'], { cwd });
  t.is(piped.exitCode, 0, piped.stderr);
  t.like(JSON.parse(piped.stdout), { summary: { threads: 3 } });
});

test('what makes no sense is one sentence and exit 2', async (t) => {
  const cwd = await makeTree(t);
  const cases: [string[], RegExp][] = [
    [
      ['--batch-sizes', '10,x'],
      /^srgan: Expected whole numbers with commas .* for --batch-sizes but received 10,x/,
    ],
    [['--batch-sizes', ''], /for --batch-sizes but received ''/],
    [['--thread-counts', '0'], /from 1 to 256 for --thread-counts but received \[0\]/],
    [['--image-size', '9'], /from 16 to 8192 for --image-size but/],
    [['--model', 'no-such'], /^srgan: no-such: /],
    [['--config', 'gone.json'], /gone\.json: there is no such file/],
    [['stray'], /stray/],
  ];
  for (const [args, message] of cases) {
    const { exitCode, stdout, stderr } = await srgan(['parallel-benchmark', ...args], { cwd });
    t.is(exitCode, 2, stderr);
    t.regex(stderr, message);
    t.is(stdout, '');
    t.notRegex(stderr, /^ +at /m);
  }
});

test('a temporary directory that cannot be used is one sentence and exit 1', async (t) => {
  const cwd = await makeTree(t, { file: '' });
  const { exitCode, stderr } = await srgan(command(), {
    cwd,
    env: { TMPDIR: join(cwd, 'file'), TEMP: join(cwd, 'file') },
  });
  t.is(exitCode, 1);
  t.regex(stderr, /^srgan: .*file: a file is where a directory is needed\.$/m);
});

for (const [signal, status] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const) {
  onPosix(`${signal} ends the run that goes on and leaves nothing`, async (t) => {
    const cwd = await makeTree(t, { 'tmp/': '' });
    const args = ['parallel-benchmark', '--batch-sizes', '100', '--thread-counts', '2', '--image-size', '64'];
    const run = startSrgan([...args, '--model', 'esrgan-thick', '--save', '--html', 'page.html'], {
      cwd,
      env: { TMPDIR: join(cwd, 'tmp') },
    });
    await run.saysOnStderr(/^run 1\//m);
    const [directory = ''] = await readdir(join(cwd, 'tmp'));
    run.child.kill(signal);
    const { exitCode, stdout, stderr } = await run.ended;
    t.is(exitCode, status, stderr);
    t.is(stdout, '');
    t.regex(stderr, /^Stopping; what was written for it is removed\.$/m);
    t.regex(directory, /^srgan-benchmark-/);
    t.deepEqual(await readdir(cwd), ['tmp']);
    t.deepEqual(await readdir(join(cwd, 'tmp')), []);
    if (process.platform === 'linux') t.deepEqual(await processesBornIn(cwd), []);
  });
}

/** Processes whose environment, which children inherit, has the text. */
async function processesBornIn(text: string): Promise<string[]> {
  const found: string[] = [];
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const environment = await readFile(`/proc/${pid}/environ`, 'latin1').catch(() => '');
    if (environment.includes(text)) found.push(pid);
  }
  return found;
}

/** One big image, files to files. Arguments: FORMAT SIDE-IN-PIXELS OPTIONS-AS-JSON. Needs /proc. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fork } from 'node:child_process';
import sharp from 'sharp';
import { pipe, type PipeOptions } from '../../../src/index.js';
import type { SpillFigures } from '../spill.js';

const [format = 'png', side = '1000', options = '{}', source] = process.argv.slice(2);
const INTERVAL_MS = 50;

if (source === undefined) await parent();
else await flow(source);

/** The image is made by a process of its own, so that its memory does not count. */
async function parent(): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'srgan-bench-'));
  try {
    const path = join(directory, `a.${format}`);
    await mkdir(join(directory, 'out'));
    await made(path);
    const child = fork(process.argv[1]!, [format, side, options, path], { stdio: 'inherit' });
    const exitCode = await new Promise((resolve) => child.on('close', resolve));
    if (exitCode !== 0) throw new Error(`exit ${String(exitCode)}`);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function made(path: string): Promise<void> {
  const sidePx = Number(side);
  // a small picture enlarged on the fly, never held whole
  const small = 512;
  const noise = { type: 'gaussian', mean: 128, sigma: 40 } as const;
  const seed = await sharp({
    create: { width: small, height: small, channels: 3, background: '#808080', noise },
  })
    .png()
    .toBuffer();
  const big = sharp(seed, { limitInputPixels: false }).resize(sidePx, sidePx, { kernel: 'linear' });
  await (format === 'png' ? big.png({ compressionLevel: 1 }) : big.jpeg({ quality: 90 })).toFile(path);
}

async function flow(path: string): Promise<void> {
  const out = join(path, '..', 'out');
  const samples: number[] = [];
  let [peakAnonymousBytes, peakDiskBytes] = [0, 0];
  const sampler = setInterval(() => {
    const status = readFileSync('/proc/self/status', 'latin1');
    const bytesOf = (name: string) => 1024 * Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1]);
    samples.push(bytesOf('VmRSS'));
    peakAnonymousBytes = Math.max(peakAnonymousBytes, bytesOf('RssAnon'));
    peakDiskBytes = Math.max(peakDiskBytes, bytesIn(out));
  }, INTERVAL_MS);
  const startMs = performance.now();
  const summary = await pipe({ inputs: [path], out, ...(JSON.parse(options) as Partial<PipeOptions>) });
  const seconds = (performance.now() - startMs) / 1000;
  clearInterval(sampler);
  if (summary.counts.done !== 1) throw new Error(`not done: ${JSON.stringify(summary)}`);
  const figures: SpillFigures = { peakAnonymousBytes, peakDiskBytes, curve: tenths(samples) };
  const peakRssBytes = Math.max(...samples);
  process.stdout.write(
    `${JSON.stringify({ seconds, inputMpx: summary.inputPixels / 1e6, peakRssBytes, ...figures })}\n`,
  );
}

function bytesIn(directory: string): number {
  let sum = 0;
  for (const name of readdirSync(directory)) {
    sum += statSync(join(directory, name), { throwIfNoEntry: false })?.size ?? 0;
  }
  return sum;
}

function tenths(samples: readonly number[]): number[] {
  return Array.from({ length: 10 }, (_, i) => {
    const from = Math.floor((i * samples.length) / 10);
    const to = Math.max(from + 1, Math.floor(((i + 1) * samples.length) / 10));
    return Math.max(0, ...samples.slice(from, to));
  });
}

/**
 * `npm run soak`: many small images through the flow, the most of them with the resize engine and a part with
 * esrgan-slim. Prints what is held over the run, and fails where handles, temp files or memory grow with it.
 */
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import path from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { pipe, type PipeOptions } from '../../src/index.js';
import { theilSen, trendOf } from '../../src/apps/profile/trend.js';
import { draw, pipelineOf, save } from '../helpers/images.js';

const { values } = parseArgs({
  options: { images: { type: 'string', default: '20000' }, slim: { type: 'string', default: '20000' } },
});

/**
 * Of RSS in the second half, where it grows beyond its noise: names are kept to tell of collisions, never pixels.
 * A million images then hold a gigabyte more at the worst. What counts are the lowest samples of each window: what
 * lies above them is garbage that has not been collected yet, and allocators fill up in the first half.
 */
const MOST_BYTES_PER_IMAGE = 1024;
const SAMPLE_EVERY = 100;
const SAMPLES_PER_WINDOW = 5;
const MIB = 2 ** 20;

interface Sample {
  readonly images: number;
  readonly rssBytes: number;
  /** Of JavaScript in the main thread, buffers among them; the rest of RSS is of workers and native code. */
  readonly heapBytes: number;
  readonly handles: number;
  readonly tempFiles: number;
}

const directory = await mkdtemp(path.join(tmpdir(), 'srgan-soak-'));
const sources = await saveSources();
console.log(`Node ${process.version}, ${cpus()[0]?.model}, ${availableParallelism()} cores`);
const failures = [
  ...(await soak('resize', Number(values.images), { engine: 'resize' })),
  ...(await soak('esrgan-slim', Number(values.slim), {})),
];
await rm(directory, { recursive: true });
for (const sentence of failures) console.log(`FAILED: ${sentence}`);
process.exitCode = failures.length > 0 ? 1 : 0;

/** Small images of each format. */
async function saveSources(): Promise<string[]> {
  const size = { widthPx: 16, heightPx: 16 };
  await mkdir(path.join(directory, 'in'));
  const file = (name: string) => path.join(directory, 'in', name);
  return Promise.all([
    save(file('rgb.png'), pipelineOf(draw(size)).png()),
    save(file('deep.png'), pipelineOf(draw({ ...size, channels: 4, bits: 16 })).png()),
    save(file('photo.jpg'), pipelineOf(draw(size)).jpeg()),
    save(file('flat.webp'), pipelineOf(draw({ ...size, channels: 4 })).webp()),
    save(file('page.tif'), pipelineOf(draw(size)).tiff()),
    save(file('moving.gif'), pipelineOf(draw({ ...size, pages: 2 })).gif()),
  ]);
}

async function soak(part: string, images: number, options: Partial<PipeOptions>): Promise<string[]> {
  if (images < 2 * SAMPLE_EVERY) return [];
  const out = path.join(directory, part);
  const samples: Sample[] = [];
  const lag = monitorEventLoopDelay({ resolution: 10 });
  let ended = 0;
  lag.enable();
  const summary = await pipe({
    ...options,
    inputs: { kind: 'iterable', sources: list(out, images) },
    threads: 2,
    journal: path.join(out, 'journal.ndjson'),
    async onOutcome({ dst }) {
      // what is done is taken away, so that no directory grows
      if (dst !== undefined) await rm(dst, { force: true });
      ended += 1;
      if (ended % SAMPLE_EVERY === 0) samples.push(await sample(out, ended));
    },
  });
  lag.disable();
  const after = await sample(out, ended);
  const half = samples.slice(samples.length / 2);
  const slope = (of: (sample: Sample) => number) => theilSen(half.map((s) => ({ x: s.images, y: of(s) })));
  const most = (of: (sample: Sample) => number) => Math.max(...samples.map(of));
  const rss = samples.map(({ rssBytes }) => rssBytes);
  const low = lowest(half);
  const bytesPerImage = leastSquares(low);
  const isGrowing = trendOf(low).verdict === 'growing';
  const handleSlope = slope(({ handles }) => handles) * images;
  console.log(`\n${part}: ${ended} images in ${(summary.elapsedMs / 1000).toFixed(0)} s`);
  console.table({
    'handles, first, most, after the run': [samples[0]!.handles, most((s) => s.handles), after.handles].join(
      ', ',
    ),
    'temp files, most at a time, after the run': `${most((s) => s.tempFiles)}, ${after.tempFiles}`,
    'RSS in MiB, first, most, last': [rss[0]!, Math.max(...rss), rss.at(-1)!]
      .map((bytes) => Math.round(bytes / MIB))
      .join(', '),
    'RSS slope in the second half, bytes an image': Math.round(bytesPerImage),
    'of it JavaScript in the main thread': Math.round(slope(({ heapBytes }) => heapBytes)),
    'event-loop lag in ms, median, 99 %, most': [lag.percentile(50), lag.percentile(99), lag.max]
      .map((ns) => (ns / 1e6).toFixed(1))
      .join(', '),
  });
  return [
    [summary.counts.done !== images, `${summary.counts.done} of ${images} images were done`],
    [after.tempFiles > 0, `${after.tempFiles} temp files are left`],
    [after.handles > samples[0]!.handles, `${after.handles} handles are open after the run`],
    [handleSlope > 2, `handles grow by ${handleSlope.toFixed(1)} over the run`],
    [
      isGrowing && bytesPerImage > MOST_BYTES_PER_IMAGE,
      `RSS grows by ${Math.round(bytesPerImage)} bytes an image`,
    ],
  ].flatMap(([wrong, sentence]) => (wrong === true ? [`${part}: ${String(sentence)}`] : []));
}

/** The lowest sample of each window. */
function lowest(samples: readonly Sample[]): { x: number; y: number }[] {
  const windows = Array.from({ length: Math.floor(samples.length / SAMPLES_PER_WINDOW) }, (_, i) =>
    samples.slice(i * SAMPLES_PER_WINDOW, (i + 1) * SAMPLES_PER_WINDOW),
  );
  return windows.map((window) => {
    const [least] = [...window].sort((a, b) => a.rssBytes - b.rssBytes);
    return { x: least!.images, y: least!.rssBytes };
  });
}

/** Slope of the straight line through the points; 0 for fewer than two. */
function leastSquares(points: readonly { x: number; y: number }[]): number {
  const mean = (of: (point: { x: number; y: number }) => number) =>
    points.reduce((sum, point) => sum + of(point), 0) / points.length;
  const [x, y] = [mean((p) => p.x), mean((p) => p.y)];
  const variance = mean((p) => (p.x - x) ** 2);
  return variance > 0 ? mean((p) => (p.x - x) * (p.y - y)) / variance : 0;
}

function* list(out: string, images: number) {
  for (let i = 0; i < images; i += 1) {
    const src = sources[i % sources.length]!;
    yield { src, dst: path.join(out, `${i}${path.extname(src)}`) };
  }
}

async function sample(out: string, images: number): Promise<Sample> {
  const names = await readdir(out).catch(() => []);
  // with --expose-gc, as `npm run soak` has it: what is held, not what is not collected yet
  globalThis.gc?.();
  const { rss: rssBytes, heapUsed, external } = process.memoryUsage();
  return {
    images,
    rssBytes,
    heapBytes: heapUsed + external,
    handles:
      process.platform === 'linux'
        ? (await readdir('/proc/self/fd')).length
        : process.getActiveResourcesInfo().length,
    tempFiles: names.filter((name) => name.includes('.srgan-tmp')).length,
  };
}

import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { spread } from '../../src/flow/measured-runs/timed-run.js';
import { srgan, startSrgan, type Running } from '../helpers/cli.js';
import { freePort } from '../helpers/free-port.js';
import { draw, pipelineOf } from '../helpers/images.js';
import { imageDirectory } from './images.js';
import { heading, range, table } from './print.js';

const IMAGES = Number(process.env['SERVE_IMAGES'] ?? 40);
const SIDE = Number(process.env['SERVE_SIDE'] ?? 768);
const ROUNDS = Number(process.env['SERVE_ROUNDS'] ?? 3);
const CLIENTS = Number(process.env['SERVE_CLIENTS'] ?? 200);
const SECONDS = Number(process.env['SERVE_SECONDS'] ?? 120);
/** Requests at once of the throughput arm: enough that no worker waits for the client. */
const AT_ONCE = 8;

/** Throughput through HTTP against `pipe` on the same images, and many clients with small images for two minutes. */
export async function serve(): Promise<void> {
  const scratch = await mkdtemp(join(tmpdir(), 'srgan-bench-'));
  try {
    const service = await startService(scratch);
    try {
      await throughput(service, scratch);
      await load(service);
    } finally {
      service.process.child.kill('SIGTERM');
      await service.process.ended;
    }
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

interface Service {
  readonly url: string;
  readonly process: Running;
}

async function startService(scratch: string): Promise<Service> {
  const port = await freePort();
  const args = ['serve', '--port', String(port), '--data', join(scratch, 'data'), '--rate-limit', '1000000'];
  const running = startSrgan(args);
  await running.saysOnStderr(/Serving at/);
  return { url: `http://127.0.0.1:${port}`, process: running };
}

async function throughput({ url }: Service, scratch: string): Promise<void> {
  const input = await imageDirectory(IMAGES, SIDE, SIDE);
  const names = await readdir(input);
  const bodies = await Promise.all(names.map((name) => readFile(join(input, name))));
  const seconds = { pipe: [] as number[], http: [] as number[] };
  const overHttp = async () => {
    const left = [...bodies];
    await Promise.all(
      Array.from({ length: AT_ONCE }, async () => {
        for (let body = left.pop(); body; body = left.pop()) await answered(url, body);
      }),
    );
  };
  await overHttp();
  for (let round = 0; round < ROUNDS; round++) {
    seconds.pipe.push(await timed(() => srgan(['pipe', input, join(scratch, 'out'), '--overwrite', '-q'])));
    seconds.http.push(await timed(overHttp));
  }
  const mpx = (IMAGES * SIDE * SIDE) / 1e6;
  const perSecond = (all: readonly number[]) => range(spread(all.map((each) => mpx / each)));
  heading(
    `${IMAGES} images of ${SIDE}×${SIDE}, default network x2, ${ROUNDS} rounds in turn, median (min..max)`,
  );
  table([
    ['arm', 'input Mpx/s'],
    ['pipe, a process a round', perSecond(seconds.pipe)],
    [`POST /v1/upscale, ${AT_ONCE} at once`, perSecond(seconds.http)],
    [
      'HTTP : pipe (aim 0.90)',
      range(spread(seconds.http.map((each, i) => (seconds.pipe[i] ?? 0) / each)), 3),
    ],
  ]);
}

async function load({ url, process: running }: Service): Promise<void> {
  const sizes = [32, 64, 96, 128];
  const bodies = await Promise.all(
    sizes.map((side, seed) =>
      pipelineOf(draw({ widthPx: side, heightPx: side, seed: seed + 1 }))
        .png()
        .toBuffer(),
    ),
  );
  const latencies: number[] = [];
  const rss: number[] = [];
  let [asked, later] = [0, 0];
  const until = performance.now() + SECONDS * 1000;
  const client = async (number: number) => {
    for (let i = number; performance.now() < until; i++) {
      const body = bodies[i % bodies.length] ?? Buffer.alloc(0);
      asked += 1;
      const start = performance.now();
      later += await answered(url, body);
      latencies.push(performance.now() - start);
    }
  };
  const sampling = (async () => {
    while (performance.now() < until) {
      rss.push(await rssOf(running.child.pid ?? 0));
      await pause(1000);
    }
  })();
  await Promise.all([sampling, ...Array.from({ length: CLIENTS }, (_, i) => client(i))]);
  latencies.sort((a, b) => a - b);
  const percentile = (share: number) =>
    `${(latencies[Math.floor(share * (latencies.length - 1))] ?? 0).toFixed(0)} ms`;
  const quarter = Math.ceil(rss.length / 4);
  const most = (samples: readonly number[]) => `${Math.max(...samples).toFixed(0)} MiB`;
  heading(
    `${CLIENTS} clients for ${SECONDS} s, images of ${sizes.join(', ')} px a side, each as soon as the last is answered`,
  );
  table([
    ['', ''],
    ['asked, answered, lost', `${asked}, ${latencies.length}, ${asked - latencies.length}`],
    ['told to come again (429)', String(later)],
    ['answers a second', (latencies.length / SECONDS).toFixed(0)],
    ['latency: half, 99 %, most', [percentile(0.5), percentile(0.99), percentile(1)].join(', ')],
    [
      'most memory in each quarter',
      [0, 1, 2, 3].map((q) => most(rss.slice(q * quarter, (q + 1) * quarter))).join(', '),
    ],
  ]);
}

/** Sends until it is answered. @returns how often it was told to come again */
async function answered(url: string, body: Buffer): Promise<number> {
  for (let later = 0; ; later++) {
    const response = await fetch(`${url}/v1/upscale`, { method: 'POST', body });
    const bytes = await response.arrayBuffer();
    if (response.status === 200 && bytes.byteLength > 0) return later;
    if (response.status !== 429) throw new Error(`${response.status} ${Buffer.from(bytes).toString()}`);
    await pause(1000 * Number(response.headers.get('retry-after') ?? 1));
  }
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
}

async function rssOf(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024;
}

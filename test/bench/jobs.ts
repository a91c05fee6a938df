import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { spread } from '../../src/benchmark/spread.js';
import { bin } from '../helpers/cli.js';
import { freePort } from '../helpers/free-port.js';
import { imageDirectory } from './images.js';
import { heading, range, table } from './print.js';

const COUNT = Number(process.env['JOBS_IMAGES'] ?? 500);
const SIDE = Number(process.env['JOBS_SIDE'] ?? 256);
const ROUNDS = Number(process.env['JOBS_ROUNDS'] ?? 3);

/** One worker of one core against two, and the queue against `batch`, on the same images; arms in turn. */
export async function jobs(): Promise<void> {
  const input = await imageDirectory(COUNT, SIDE, SIDE);
  const scratch = dirname(input);
  const redis = await startRedis(scratch);
  const seconds = { one: [] as number[], two: [] as number[], batch: [] as number[], queue: [] as number[] };
  try {
    for (let round = 0; round < ROUNDS; round++) {
      seconds.one.push(await overRedis(1, 1));
      seconds.two.push(await overRedis(2, 1));
      seconds.batch.push(await batch(2));
      seconds.queue.push(await overRedis(1, 2));
    }
  } finally {
    redis.process.kill('SIGKILL');
    await rm(scratch, { recursive: true, force: true });
  }
  heading(`${COUNT} images of ${SIDE}×${SIDE}, esrgan-slim x2, ${ROUNDS} rounds, median (min..max)`);
  const ratio = (a: readonly number[], b: readonly number[]) =>
    range(spread(a.map((value, i) => value / b[i]!)), 3);
  table([
    ['arm', 'seconds'],
    ['1 worker of 1 thread', range(spread(seconds.one))],
    ['2 workers of 1 thread', range(spread(seconds.two))],
    ['batch, 2 threads', range(spread(seconds.batch))],
    ['1 worker of 2 threads', range(spread(seconds.queue))],
  ]);
  table([
    ['ratio of seconds', ''],
    ['1 worker : 2 workers (aim 1.9)', ratio(seconds.one, seconds.two)],
    ['queue : batch (aim 1.02)', ratio(seconds.queue, seconds.batch)],
  ]);

  async function overRedis(workers: number, threads: number): Promise<number> {
    const out = await mkdtemp(join(scratch, 'out-'));
    const env = { SRGAN_REDIS: redis.url };
    await run(['jobs', 'submit', input, out, '--shard-size', '25', '--quiet'], env);
    const startMs = performance.now();
    const work = ['jobs', 'work', '--once', '--threads', String(threads), '--quiet'];
    await Promise.all(Array.from({ length: workers }, () => run(work, env)));
    return took(startMs, out);
  }

  async function batch(threads: number): Promise<number> {
    const out = await mkdtemp(join(scratch, 'out-'));
    const startMs = performance.now();
    await run(['batch', input, out, '--threads', String(threads), '--quiet'], {});
    return took(startMs, out);
  }
}

async function took(startMs: number, out: string): Promise<number> {
  const seconds = (performance.now() - startMs) / 1000;
  const made = (await readdir(out)).filter((name) => name.endsWith('.png')).length;
  if (made !== COUNT) throw new Error(`${made} of ${COUNT} images are there`);
  await rm(out, { recursive: true });
  return seconds;
}

export interface BenchRedis {
  readonly url: string;
  readonly process: ChildProcess;
}

export async function startRedis(directory: string): Promise<BenchRedis> {
  const port = await freePort();
  const server = spawn('redis-server', ['--port', String(port), '--dir', directory, '--save', ''], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.stdout.setEncoding('utf8').on('data', (text: string) => {
      if (text.includes('Ready to accept connections')) resolve();
    });
  });
  return { url: `redis://127.0.0.1:${port}`, process: server };
}

export function run(args: readonly string[], env: Record<string, string>): Promise<void> {
  const child = spawn(process.execPath, [bin, ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) =>
      code === 0 ? resolve() : reject(new Error(`${args.join(' ')}: exit ${code}`)),
    );
  });
}

/** For other measurements of the queue. */
export const temporary = () => mkdtemp(join(tmpdir(), 'srgan-bench-'));

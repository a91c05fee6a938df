import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { spread } from '../../src/flow/measured-runs/timed-run.js';
import { bin } from '../helpers/cli.js';
import { freePort } from '../helpers/free-port.js';
import { imageDirectory } from './images.js';
import { heading, range, table } from './print.js';

const COUNT = Number(process.env['JOBS_IMAGES'] ?? 500);
const SIDE = Number(process.env['JOBS_SIDE'] ?? 256);
/** So that two workers end at about the same time. */
const SMALL_SHARD = 25;
const DEFAULT_SHARD = 200;
const all: BenchWorker = { held: [], threads: 2 };
const ROUNDS = Number(process.env['JOBS_ROUNDS'] ?? 3);

/**
 * One worker of one core against two, each held to its core, and the queue against `batch`, on the same images; arms in
 * turn.
 */
export async function jobs(): Promise<void> {
  const input = await imageDirectory(COUNT, SIDE, SIDE);
  const scratch = dirname(input);
  const redis = await startRedis(scratch);
  const seconds = { one: [] as number[], two: [] as number[], batch: [] as number[], queue: [] as number[] };
  try {
    for (let round = 0; round < ROUNDS; round++) {
      seconds.one.push(await onCores(1));
      seconds.two.push(await onCores(2));
      seconds.batch.push(await batch(2));
      seconds.queue.push(await overRedis([all], DEFAULT_SHARD));
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
    [`1 worker on one core, shards of ${SMALL_SHARD}`, range(spread(seconds.one))],
    ['2 workers, each on a core of its own', range(spread(seconds.two))],
    ['batch, 2 threads', range(spread(seconds.batch))],
    [`1 worker of 2 threads, shards of ${DEFAULT_SHARD}`, range(spread(seconds.queue))],
  ]);
  table([
    ['ratio of seconds', ''],
    ['1 worker : 2 workers (aim 1.9)', ratio(seconds.one, seconds.two)],
    ['queue : batch (aim 1.02)', ratio(seconds.queue, seconds.batch)],
  ]);

  function onCores(count: number): Promise<number> {
    const cores = Array.from({ length: count }, (_, core) => ['taskset', '-c', String(core)]);
    return overRedis(
      cores.map((held) => ({ held, threads: 1 })),
      SMALL_SHARD,
    );
  }

  async function overRedis(workers: readonly BenchWorker[], shardSize: number): Promise<number> {
    const out = await mkdtemp(join(scratch, 'out-'));
    const env = { SRGAN_REDIS: redis.url };
    await run(['jobs', 'submit', input, out, '--shard-size', String(shardSize), '--quiet'], env);
    const startMs = performance.now();
    await Promise.all(
      workers.map(({ held, threads }) =>
        run(['jobs', 'work', '--once', '--threads', String(threads), '--quiet'], env, held),
      ),
    );
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

interface BenchWorker {
  /** The words before its command. */
  readonly held: readonly string[];
  readonly threads: number;
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

export function run(
  args: readonly string[],
  env: Record<string, string>,
  before: readonly string[] = [],
): Promise<void> {
  const [program = '', ...words] = [...before, process.execPath, bin, ...args];
  const child = spawn(program, words, {
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

import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import { pipe } from '../../src/index.js';
import { openQueue } from '../../src/apps/jobs/redis/queue.js';
import { jobsStatus, type JobsStatus } from '../../src/apps/jobs/status.js';
import { srgan, startSrgan, type Ran, type Running } from '../helpers/cli.js';
import { crashesIn, crashing } from '../helpers/crashing.js';
import { proxyTo } from '../helpers/cut-off.js';
import { freePort } from '../helpers/free-port.js';
import { numbered, savePngs } from '../helpers/pngs.js';
import { redisServer, withRedis, type RedisServer } from '../helpers/redis.js';
import { temporaryDirectory } from '../helpers/temporary-directory.js';

const COUNT = 15;
const names = numbered(COUNT);
/** Large enough for its images to be in hand when something happens. */
const SIDE = 300;

interface Stage {
  readonly cwd: string;
  /** Of the images. */
  readonly side: number;
  readonly redis: RedisServer;
  readonly run: (args: readonly string[], url?: string) => Promise<Ran>;
  readonly start: (args: readonly string[], url?: string) => Running;
  readonly status: () => Promise<JobsStatus>;
}

async function stageOf(t: ExecutionContext, side = 16): Promise<Stage> {
  const cwd = await temporaryDirectory(t);
  const redis = await redisServer(t);
  await savePngs(join(cwd, 'in'), names, side, side);
  const optionsOf = (url = redis.url) => ({ cwd, env: { SRGAN_REDIS: url } });
  const run = (args: readonly string[], url?: string) => srgan(['jobs', ...args], optionsOf(url));
  return {
    cwd,
    side,
    redis,
    run,
    start(args, url) {
      const running = startSrgan(['jobs', ...args], optionsOf(url));
      t.teardown(() => running.child.kill('SIGKILL'));
      return running;
    },
    async status() {
      const open = await openQueue({ redis: redis.url, queue: undefined }, () => undefined);
      const now = await jobsStatus(open);
      await open.close();
      return now;
    },
  };
}

const submitted = ['submit', 'in', 'out', '--engine', 'resize', '--shard-size', '5'];
const working = ['work', '--once', '--threads', '1', '--lock-duration', '1'];

/** What one undisturbed run makes of the images of a side, in the order of their names. */
const undisturbed = new Map<number, Promise<Buffer[]>>();

async function runAlone(cwd: string): Promise<Buffer[]> {
  const out = join(cwd, 'alone');
  const { counts } = await pipe({ inputs: [join(cwd, 'in')], out, engine: 'resize' });
  if (counts.done !== COUNT) throw new Error(`${counts.done} of ${COUNT} images`);
  return Promise.all(names.map((name) => readFile(join(out, name))));
}

/** Every image once in the output, with the bytes of one undisturbed run; each counted once; nothing left over. */
async function isWhole(t: ExecutionContext, { cwd, side, run, status }: Stage): Promise<void> {
  const last = await run(working);
  t.is(last.exitCode, 0, last.stderr);
  const { images, shards, failures, failedShards } = await status();
  t.deepEqual(images, { total: COUNT, done: COUNT, copied: 0, skipped: 0, failed: 0 });
  t.like(shards, { waiting: 0, active: 0, delayed: 0, failed: 0, done: shards.total });
  t.deepEqual([failures.first, failedShards], [[], []]);
  const alone = await (undisturbed.get(side) ?? undisturbed.set(side, runAlone(cwd)).get(side)!);
  const found = await readdir(join(cwd, 'out'));
  t.deepEqual(found.filter((name) => name !== '.srgan').sort(), names);
  for (const [i, name] of names.entries()) {
    t.true(alone[i]!.equals(await readFile(join(cwd, 'out', name))), name);
  }
}

withRedis('submitted twice and interrupted between, worked off by two, is done once', async (t) => {
  const stage = await stageOf(t);
  const { run, status } = stage;
  // it waits at its mark, and dies there
  const waits = stage.start([...submitted, '--high-water', '1']);
  await waits.saysOnStderr(/Waiting until fewer than 1 jobs wait/);
  waits.child.kill('SIGKILL');
  await waits.ended;
  t.is((await status()).shards.waiting, 1);

  const first = await run(submitted);
  const second = await run(submitted);
  t.is(first.exitCode, 0, first.stderr);
  t.is(first.stdout, second.stdout);
  t.is((await status()).shards.waiting, 3);
  const workers = await Promise.all([run(working), run(working)]);
  t.deepEqual(
    workers.map(({ exitCode }) => exitCode),
    [0, 0],
  );
  const third = await run(submitted);
  t.regex(third.stderr, /15 images in 3 shards, of which 3 are done already/);
  await isWhole(t, stage);

  // a list that has grown: what is new goes into a shard of its own
  await savePngs(join(stage.cwd, 'in'), ['0005.png', 'new.png'], 16, 16);
  t.regex((await run(submitted)).stderr, /17 images in 4 shards/);
  t.is((await run(working)).exitCode, 0);
  const told = await run(['status', '--json']);
  t.is(told.exitCode, 0, told.stderr);
  t.like((JSON.parse(told.stdout) as JobsStatus).images, { total: 17, done: 17 });
});

withRedis('kill -9 of a worker amid its shards: another one does the rest', async (t) => {
  const stage = await stageOf(t, SIDE);
  t.is((await stage.run(submitted)).exitCode, 0);
  const worker = stage.start(working);
  await worker.saysOnStderr(/Working/);
  await appears(stage, 2);
  worker.child.kill('SIGKILL');
  t.is((await worker.ended).signal, 'SIGKILL');
  t.true((await resultsIn(stage)).length < COUNT);
  await isWhole(t, stage);
});

withRedis('a worker that is held longer than its lock, then goes on: both write, one counts', async (t) => {
  const stage = await stageOf(t, SIDE);
  t.is((await stage.run(submitted)).exitCode, 0);
  // held as a whole: a parent would be held without its child
  const worker = stage.start([...working, '--no-supervise']);
  await appears(stage, 2);
  worker.child.kill('SIGSTOP');
  const other = await stage.run(working);
  t.is(other.exitCode, 0, other.stderr);
  worker.child.kill('SIGCONT');
  const { exitCode, stderr } = await worker.ended;
  t.is(exitCode, 0, stderr);
  await isWhole(t, stage);
});

withRedis('images that crash the process: the worker goes on, one fails after two crashes', async (t) => {
  const stage = await stageOf(t);
  const { cwd, redis, run, status } = stage;
  const env = {
    SRGAN_REDIS: redis.url,
    ...crashing(
      cwd,
      { index: 3, stage: 'decode', signal: 'SIGSEGV' },
      { index: 8, stage: 'encode', signal: 'SIGABRT', times: 1 },
    ),
  };
  t.is((await run(submitted.with(-1, String(COUNT)))).exitCode, 0);
  const { exitCode, stderr } = await srgan(['jobs', ...working], { cwd, env });
  t.is(exitCode, 0, stderr);
  t.regex(stderr, /The process died of SIGSEGV: another one goes on/);
  t.regex(stderr, /^E_WORKER_LOST .*003\.png: the process died twice .* of SIGSEGV\.$/m);
  t.deepEqual(await crashesIn(cwd), [3, 3, 8]);
  const { images, failures } = await status();
  t.like(images, { done: COUNT - 1, failed: 1 });
  t.deepEqual(failures.byCode, { E_WORKER_LOST: 1 });

  // where nothing crashes any more, what was blamed is done
  t.is((await run(['retry', '--images'])).exitCode, 0);
  await isWhole(t, stage);
});

withRedis('kill -9 of Redis, started again from its log: the worker goes on', async (t) => {
  const stage = await stageOf(t, SIDE);
  t.is((await stage.run(submitted)).exitCode, 0);
  const worker = stage.start(working);
  await appears(stage, 2);
  await stage.redis.kill();
  await worker.saysOnStderr(/is away/);
  await stage.redis.start();
  const { exitCode, stderr } = await worker.ended;
  t.is(exitCode, 0, stderr);
  t.regex(stderr, /is back/);
  await isWhole(t, stage);
});

withRedis('a worker that is cut off, until another one has its shards, comes back', async (t) => {
  const stage = await stageOf(t, SIDE);
  t.is((await stage.run(submitted)).exitCode, 0);
  const proxy = await proxyTo(t, stage.redis.port);
  const worker = stage.start(working, `redis://127.0.0.1:${proxy.port}`);
  await appears(stage, 2);
  proxy.cut();
  await worker.saysOnStderr(/is away/);
  const other = await stage.run(working);
  t.is(other.exitCode, 0, other.stderr);
  proxy.restore();
  const { exitCode, stderr } = await worker.ended;
  t.is(exitCode, 0, stderr);
  await isWhole(t, stage);
});

withRedis(
  'SIGTERM finishes the images in flight and gives the rest back; drain holds the queue',
  async (t) => {
    const stage = await stageOf(t, SIDE);
    const { run, status } = stage;
    // one shard, of which only the image in hand is begun
    t.is((await run(['submit', 'in', 'out', '--engine', 'resize'])).exitCode, 0);
    const worker = stage.start(['work', '--sequential']);
    await appears(stage, 2);
    worker.child.kill('SIGTERM');
    const { exitCode, stderr } = await worker.ended;
    t.is(exitCode, 143, stderr);
    t.regex(stderr, /was given back/);
    const { shards } = await status();
    t.is(shards.active, 0);
    t.is(shards.waiting, 1);
    t.true((await resultsIn(stage)).length < COUNT);

    t.is((await run(['drain'])).exitCode, 0);
    t.true((await status()).held);
    t.is((await run(working)).exitCode, 0);
    t.is((await status()).shards.waiting, 1);
    t.is((await run(['drain', '--release'])).exitCode, 0);
    await isWhole(t, stage);
  },
);

withRedis('a bad image is a part of the result; once it is good, retry --images does it alone', async (t) => {
  const stage = await stageOf(t);
  const { cwd, run, status } = stage;
  const bad = join(cwd, 'in', names[3]!);
  const good = await readFile(bad);
  await writeFile(bad, 'no image');
  t.is((await run(submitted)).exitCode, 0);
  t.is((await run(working)).exitCode, 0);
  const before = await status();
  t.like(before.images, { done: COUNT - 1, failed: 1 });
  t.deepEqual(before.failures.byCode, { E_UNSUPPORTED: 1 });
  t.deepEqual(
    before.failures.first.map(({ src }) => src),
    [bad],
  );
  t.regex((await run(['status'])).stdout, /^ {2}E_UNSUPPORTED .*003\.png/m);

  // again without a change: listed once
  t.is((await run(['retry', '--images'])).exitCode, 0);
  t.is((await run(working)).exitCode, 0);
  t.deepEqual((await status()).failures, before.failures);

  await writeFile(bad, good);
  t.is((await run(['retry', '--images'])).exitCode, 0);
  t.is((await run(working)).exitCode, 0);
  await isWhole(t, stage);
});

withRedis('a hopeless set-up fails one shard and ends the worker; retry puts it back', async (t) => {
  const stage = await stageOf(t);
  const { cwd, run, status } = stage;
  t.is((await run(submitted)).exitCode, 0);
  const [id = ''] = await readdir(join(cwd, 'out/.srgan/jobs'));
  const shard = join(cwd, 'out/.srgan/jobs', id, 'shards/000/000000.ndjson');
  const text = await readFile(shard, 'utf8');

  await writeFile(shard, text.replace('000.png', '001.png'));
  t.is((await run(working)).exitCode, 0);
  const changed = await status();
  t.is(changed.shards.failed, 1);
  t.regex(changed.failedShards[0]?.reason ?? '', /is not the shard that was submitted/);

  await rm(shard);
  t.is((await run(['retry'])).exitCode, 0);
  const missing = await run(working);
  t.is(missing.exitCode, 2);
  t.regex(missing.stderr, /is not there on this machine/);

  await writeFile(shard, text);
  t.is((await run(['retry'])).exitCode, 0);
  await isWhole(t, stage);
});

withRedis(
  'no Redis, a wrong password, another URL: one sentence, exit 2, and no password in it',
  async (t) => {
    const cwd = await temporaryDirectory(t);
    const redis = await redisServer(t, '--requirepass', 'sesame', '--maxmemory-policy', 'allkeys-lru');
    const told = async (url: string) => srgan(['jobs', 'status'], { cwd, env: { SRGAN_REDIS: url } });
    const table: [string, RegExp][] = [
      ['redis://:secret@127.0.0.1:1', /nothing listens there/],
      [`redis://:secret@127.0.0.1:${redis.port}`, /does not take the user or password/],
      ['127.0.0.1:6379/secret', /--redis needs the URL/],
    ];
    for (const [url, sentence] of table) {
      const { exitCode, stderr, stdout } = await told(url);
      t.is(exitCode, 2, stderr);
      t.regex(stderr, sentence);
      t.false((stdout + stderr).includes('secret'));
    }
    t.is((await srgan(['jobs', 'status'], { cwd })).exitCode, 2);
    const { exitCode, stderr } = await told(`redis://:sesame@127.0.0.1:${redis.port}`);
    t.is(exitCode, 0, stderr);
    t.is(stderr.match(/noeviction/g)?.length, 1, stderr);
  },
);

withRedis('a real network, with metrics of what was done', async (t) => {
  const stage = await stageOf(t);
  await mkdir(join(stage.cwd, 'few'));
  await savePngs(join(stage.cwd, 'few'), ['a.png', 'b.png'], 24, 24);
  await writeFile(join(stage.cwd, 'few/c.png'), '');
  t.is((await stage.run(['submit', 'few', 'large'])).exitCode, 0);
  const port = await freePort();
  const worker = stage.start(['work', '--threads', '1', '--metrics', `:${port}`]);
  await worker.saysOnStderr(/Shard 0 of .*: 3 images, 1 failed/);
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  for (const line of [
    /^srgan_images_total\{status="done",.*\} 2$/m,
    /^srgan_image_failures_total\{error_type="E_EMPTY",.*\} 1$/m,
    /^srgan_input_pixels_total\{.*\} 1152$/m,
    /^srgan_stage_duration_seconds_count\{.*stage="upscale".*\} 2$/m,
    /^srgan_queue_wait_seconds_count\{.*\} 1$/m,
    /^srgan_queue_shards\{state="waiting",.*\} 0$/m,
    /^process_memory_usage_bytes\{.*\} \d{7,}/m,
  ])
    t.regex(text, line);
  worker.child.kill('SIGTERM');
  t.is((await worker.ended).exitCode, 143);
});

const resultsIn = async ({ cwd }: Stage) =>
  (await readdir(join(cwd, 'out'))).filter((name) => name.endsWith('.png') && !name.startsWith('.'));

/** Ends when so many results are there. */
async function appears(stage: Stage, least: number): Promise<void> {
  while ((await resultsIn(stage)).length < least) await new Promise((resolve) => setImmediate(resolve));
}

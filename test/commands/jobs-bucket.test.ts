import { spawnSync } from 'node:child_process';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import type { JobsStatus } from '../../src/apps/jobs/status.js';
import { srgan, startSrgan, type Ran, type Running } from '../helpers/cli.js';
import type { Fault, Rule } from '../helpers/fault-proxy.js';
import { numbered, savePngs } from '../helpers/pngs.js';
import { redisServer, withRedis } from '../helpers/redis.js';
import { startS3, testWithS3, type S3Server } from '../helpers/s3-server.js';
import { temporaryDirectory } from '../helpers/temporary-directory.js';
import { THOROUGH } from '../helpers/thorough.js';

/** Machines that share a bucket and Redis, and no directory. */
const testJobs = spawnSync('redis-server', ['--version']).status === 0 ? testWithS3 : withRedis;

const COUNT = 8;
const SIDE = 16;
const names = numbered(COUNT);

interface Machine {
  readonly run: (...args: string[]) => Promise<Ran>;
  readonly told: (stdin: string, ...args: string[]) => Promise<Ran>;
  readonly start: (...args: string[]) => Running;
  /** Copies of sources and journals that it has left. */
  readonly leftOver: () => Promise<string[]>;
}

interface Stage extends S3Server {
  readonly machine: () => Promise<Machine>;
  readonly status: () => Promise<JobsStatus>;
  /** The bytes that an undisturbed run makes, by key. */
  readonly expected: ReadonlyMap<string, Buffer>;
}

async function stageOf(t: ExecutionContext): Promise<Stage> {
  const server = await startS3(t);
  const redis = await redisServer(t);
  const directory = await temporaryDirectory(t);
  await savePngs(join(directory, 'in'), names, SIDE, SIDE);
  const alone = await srgan(['pipe', 'in', 'alone', '--engine', 'resize', '--quiet'], { cwd: directory });
  t.is(alone.exitCode, 0, alone.stderr);
  const expected = new Map<string, Buffer>();
  for (const name of names) {
    await server.put('source', name, await readFile(join(directory, 'in', name)));
    expected.set(`x/${name}`, await readFile(join(directory, 'alone', name)));
  }

  const machine = async (): Promise<Machine> => {
    const cwd = await temporaryDirectory(t);
    await mkdir(join(cwd, 'tmp'));
    const env = {
      SRGAN_REDIS: redis.url,
      SRGAN_S3_PATH_STYLE: 'yes',
      AWS_ENDPOINT_URL: server.endpoint,
      XDG_STATE_HOME: join(cwd, 'state'),
      TMPDIR: join(cwd, 'tmp'),
    };
    return {
      run: (...args) => srgan(['jobs', ...args], { cwd, env }),
      told: (stdin, ...args) => srgan(['jobs', ...args], { cwd, env, stdin }),
      start(...args) {
        const running = startSrgan(['jobs', ...args], { cwd, env });
        t.teardown(() => running.child.kill('SIGKILL'));
        return running;
      },
      leftOver: async () =>
        (await readdir(join(cwd, 'tmp'), { recursive: true })).filter((name) => name.includes('.srgan-tmp')),
    };
  };
  const asking = await machine();
  return {
    ...server,
    proxy: server.proxy,
    machine,
    expected,
    async status() {
      const { stdout, stderr, exitCode } = await asking.run('status', '--json');
      t.is(exitCode, 0, stderr);
      return JSON.parse(stdout) as JobsStatus;
    },
  };
}

const submitted = [
  'submit',
  's3://source/*.png',
  's3://result/x/',
  '--engine',
  'resize',
  '--shard-size',
  '4',
];
const working = ['work', '--once', '--threads', '1', '--lock-duration', '1'];

const isResult = (path: string) => /\/x\/\d+\.png/.test(path);

async function resultsIn({ objects }: Stage): Promise<Map<string, Buffer>> {
  return new Map([...(await objects('result'))].filter(([key]) => !key.startsWith('x/.srgan/')));
}

/** Every image once in the bucket, with the bytes of one undisturbed run; each counted once; nothing left over. */
async function isWhole(t: ExecutionContext, stage: Stage, worker: Machine): Promise<void> {
  const last = await worker.run(...working);
  t.is(last.exitCode, 0, last.stderr);
  const { images, inputPixels, shards, failures, failedShards } = await stage.status();
  t.deepEqual([failures.first, failedShards], [[], []]);
  t.deepEqual(images, { total: COUNT, done: COUNT, copied: 0, skipped: 0, failed: 0 });
  t.is(inputPixels, COUNT * SIDE * SIDE);
  t.like(shards, { waiting: 0, active: 0, delayed: 0, failed: 0, done: shards.total });
  const results = await resultsIn(stage);
  t.deepEqual([...results.keys()], [...stage.expected.keys()]);
  for (const [key, bytes] of results) t.true(stage.expected.get(key)?.equals(bytes), key);
  t.is(await stage.openUploads('result'), 0);
  t.deepEqual(await worker.leftOver(), []);
}

/** The worker dies when a result is in the bucket and before it knows: its answer is lost, and then it looks there. */
function killAfter(results: number, worker: Running): Rule {
  let lost = '';
  let puts = 0;
  return ({ method, path }) => {
    if (method === 'PUT' && isResult(path) && (puts += 1) === results) {
      lost = path.split('?')[0] ?? '';
      return 'lost';
    }
    if (lost === '' || method !== 'HEAD' || !path.startsWith(lost)) return undefined;
    worker.child.kill('SIGKILL');
    return 'reset';
  };
}

for (const existing of ['', '--skip-existing', '--overwrite']) {
  testJobs(`kill -9 amid a shard: another machine ends it and makes nothing anew ${existing}`, async (t) => {
    const stage = await stageOf(t);
    const [first, second] = [await stage.machine(), await stage.machine()];
    const submission = await first.run(...submitted, ...(existing ? [existing] : []));
    t.is(submission.exitCode, 0, submission.stderr);
    const worker = first.start('work', '--sequential', '--lock-duration', '1');
    stage.proxy.strike(killAfter(3, worker));
    t.is((await worker.ended).signal, 'SIGKILL');
    const there = await resultsIn(stage);
    t.is(there.size, 3);

    const puts: string[] = [];
    stage.proxy.strike(({ method, path }) => {
      if (method === 'PUT' && isResult(path)) puts.push(/\d+\.png/.exec(path)?.[0] ?? '');
      return undefined;
    });
    await isWhole(t, stage, second);
    t.deepEqual(puts.sort(), names.slice(3));
    const again = await second.run(...submitted, ...(existing ? [existing] : []));
    t.regex(again.stderr, /8 images in 2 shards, of which 2 are done already/);
  });
}

testJobs('two workers, one of them held longer than its lock: both write, one counts', async (t) => {
  const stage = await stageOf(t);
  const [first, second] = [await stage.machine(), await stage.machine()];
  t.is((await first.run(...submitted)).exitCode, 0);
  // held as a whole: a parent would be held without its child
  const worker = first.start(...working, '--no-supervise');
  let puts = 0;
  stage.proxy.strike(({ method, path }) => {
    if (method === 'PUT' && isResult(path) && (puts += 1) === 2) worker.child.kill('SIGSTOP');
    return undefined;
  });
  await worker.saysOnStderr(/Working/);
  while (puts < 2) await new Promise((resolve) => setImmediate(resolve));
  const other = await second.run(...working);
  t.is(other.exitCode, 0, other.stderr);
  worker.child.kill('SIGCONT');
  const { exitCode, stderr } = await worker.ended;
  t.is(exitCode, 0, stderr);
  await isWhole(t, stage, second);
});

testJobs('SIGTERM keeps the journal and gives the rest back; a drained queue gives nothing', async (t) => {
  const stage = await stageOf(t);
  const [first, second] = [await stage.machine(), await stage.machine()];
  t.is((await first.run(...submitted)).exitCode, 0);
  const worker = first.start('work', '--sequential');
  let puts = 0;
  stage.proxy.strike(({ method, path }) => {
    if (method === 'PUT' && isResult(path) && (puts += 1) === 2) worker.child.kill('SIGTERM');
    return undefined;
  });
  const { exitCode, stderr } = await worker.ended;
  t.is(exitCode, 143, stderr);
  t.regex(stderr, /was given back/);
  t.is((await journals(stage)).length, 1);
  t.true((await resultsIn(stage)).size < COUNT);
  t.deepEqual(await first.leftOver(), []);

  t.is((await second.run('drain')).exitCode, 0);
  t.is((await second.run(...working)).exitCode, 0);
  t.true((await resultsIn(stage)).size < COUNT);
  t.is((await second.run('drain', '--release')).exitCode, 0);
  await isWhole(t, stage, second);
  t.is((await journals(stage)).length, 3);
});

testJobs('what others have put there stays, and retry --images does what was repaired alone', async (t) => {
  const stage = await stageOf(t);
  const worker = await stage.machine();
  const [foreign = '', bad = '', good = ''] = names;
  await stage.put('result', `x/${foreign}`, 'theirs');
  const whole = (await stage.objects('source')).get(bad) ?? '';
  await stage.put('source', bad, 'no image');
  t.is((await worker.run(...submitted)).exitCode, 0);
  t.is((await worker.run(...working)).exitCode, 0);
  const before = await stage.status();
  t.deepEqual(before.failures.byCode, { E_EXISTS: 1, E_UNSUPPORTED: 1 });
  t.like(before.images, { done: COUNT - 2, failed: 2 });

  await stage.put('source', bad, whole);
  // one that was done, and that somebody has replaced since
  await stage.put('result', `x/${good}`, 'theirs too');
  const retried = await worker.run('retry', '--images');
  t.is(retried.exitCode, 0, retried.stderr);
  t.is((await worker.run(...working)).exitCode, 0);
  t.deepEqual((await stage.status()).failures.byCode, { E_EXISTS: 2 });
  const results = await resultsIn(stage);
  t.is(String(results.get(`x/${foreign}`)), 'theirs');
  t.is(String(results.get(`x/${good}`)), 'theirs too');
  t.true(stage.expected.get(`x/${bad}`)?.equals(results.get(`x/${bad}`)!));
});

testJobs('a fault of the store, once, in each thing that jobs keep there', async (t) => {
  const stage = await stageOf(t);
  const { run, leftOver } = await stage.machine();
  let round = 0;
  for (const [turn, [method, place]] of (
    [
      ['PUT', 'manifest.json'],
      ['PUT', 'shards/000/000001'],
      ['GET', 'manifest.json'],
      ['GET', 'shards/000/000000'],
      ['PUT', 'journals/'],
    ] as const
  ).entries()) {
    const faults: Fault[] = [
      { answer: 500, code: 'InternalError' },
      { answer: 503, code: 'SlowDown' },
      method === 'GET' ? 'short' : 'lost',
    ];
    for (const fault of THOROUGH ? faults : [faults[turn % 3]!]) {
      const prefix = `round${(round += 1)}`;
      const title = `${method} ${place} ${JSON.stringify(fault)}`;
      let struck = 0;
      stage.proxy.strike((asked) => {
        if (asked.method !== method || !asked.path.includes(`/${prefix}/.srgan/`)) return undefined;
        return asked.path.includes(place) && (struck += 1) === 1 ? fault : undefined;
      });
      const queue = ['--queue', prefix];
      const to = submitted.map((arg) => (arg === 's3://result/x/' ? `s3://result/${prefix}` : arg));
      const submission = await run(...to, ...queue);
      t.is(submission.exitCode, 0, `${title}: ${submission.stderr}`);
      const worked = await run(...working, ...queue);
      t.is(worked.exitCode, 0, `${title}: ${worked.stderr}`);
      t.true(struck > 0, title);
      const status = JSON.parse((await run('status', '--json', ...queue)).stdout) as JobsStatus;
      t.like(status.images, { total: COUNT, done: COUNT, failed: 0 }, title);
      const objects = await stage.objects('result');
      for (const [key, bytes] of stage.expected)
        t.true(objects.get(key.replace('x/', `${prefix}/`))?.equals(bytes), `${title} ${key}`);
      t.deepEqual(await leftOver(), [], title);
    }
  }
});

testJobs('who may not read the bucket does no shard and fails one alone', async (t) => {
  const stage = await stageOf(t);
  const worker = await stage.machine();
  t.is((await worker.run(...submitted)).exitCode, 0);
  stage.proxy.strike(() => ({ answer: 403, code: 'AccessDenied' }));
  const denied = await worker.run('work', '--sequential', '--once', '--lock-duration', '1');
  t.is(denied.exitCode, 2, denied.stderr);
  t.regex(denied.stderr, /manifest\.json: reading it is not allowed/);
  stage.proxy.strike(undefined);
  t.like((await stage.status()).shards, { failed: 1, waiting: 1 });
  t.is((await worker.run('retry')).exitCode, 0);
  await isWhole(t, stage, worker);

  const nowhere = await worker.run('submit', 's3://source/*.png', 's3://nowhere/x');
  t.is(nowhere.exitCode, 2);
  t.regex(nowhere.stderr, /there is no such bucket/);
  const within = await worker.run('submit', 's3://source/*.png', 's3://source', '--overwrite');
  t.is(within.exitCode, 2);
  t.regex(within.stderr, /lies in the directory of the results/);
});

testJobs('a dst lies below the output, be it an address or not', async (t) => {
  const stage = await stageOf(t);
  const { told, run } = await stage.machine();
  const line = (dst: string, at = 0) => `${JSON.stringify({ src: `s3://source/${names[at]}`, dst })}\n`;
  const submission = ['submit', '--ndjson', '-', 's3://result/y', '--engine', 'resize'];
  const taken = await told(line('deep/one.png') + line('s3://result/y/z.png', 1), ...submission);
  t.is(taken.exitCode, 0, taken.stderr);
  t.is((await run(...working)).exitCode, 0);
  const made = (await stage.keys('result')).filter((key) => key.endsWith('.png'));
  t.deepEqual(made, ['y/deep/one.png', 'y/z.png']);
});

async function journals({ keys }: Stage): Promise<string[]> {
  return (await keys('result')).filter((key) => key.includes('/journals/'));
}

import { spawnSync } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import sharp from 'sharp';
import { srgan, type Ran } from '../helpers/cli.js';
import { redisServer, withRedis } from '../helpers/redis.js';
import { startS3, testWithS3, type S3Server } from '../helpers/s3-server.js';
import { temporaryDirectory } from '../helpers/temporary-directory.js';

const KEYS = ['a/1.png', 'a/deep/2.PNG', 'a/.hidden/3.png', 'a/c d+é%41.png', 'a/../4.png', 'notes.txt'];

interface Bench extends S3Server {
  readonly directory: string;
  readonly run: (args: readonly string[], stdin?: string) => Promise<Ran>;
}

async function openBench(t: ExecutionContext): Promise<Bench> {
  const server = await startS3(t);
  const directory = await temporaryDirectory(t);
  const image = await sharp({ create: { width: 9, height: 6, channels: 3, background: 'teal' } })
    .png()
    .toBuffer();
  for (const key of KEYS) await server.put('source', key, image);
  const env = {
    AWS_ENDPOINT_URL: server.endpoint,
    SRGAN_ENGINE: 'resize',
    SRGAN_S3_PATH_STYLE: 'yes',
    SRGAN_SUPERVISE: 'no',
    XDG_STATE_HOME: join(directory, 'state'),
    TMPDIR: directory,
  };
  return { ...server, directory, run: (args, stdin = '') => srgan(args, { cwd: directory, env, stdin }) };
}

const lines = ({ stdout }: Ran) => stdout.split('\n').filter(Boolean).sort();

testWithS3('pipe from a bucket to a bucket, to a directory and back, from lists, and again', async (t) => {
  const { run, keys, directory, endpoint } = await openBench(t);
  const first = await run(['pipe', 's3://source/**/*.png', 's3://result/x', '--resume', '-v']);
  t.is(first.exitCode, 0, first.stderr);
  t.regex(first.stderr, /The journal is .*state.srgan/);
  const made = ['x/a/1.png', 'x/a/__/4.png', 'x/a/c d+é%41.png', 'x/a/deep/2.PNG'];
  t.deepEqual(await keys('result'), made);
  t.deepEqual(
    lines(first),
    made.map((key) => `s3://result/${key}`),
  );
  t.is(
    (await readdir(join(directory, 'state/srgan'), { recursive: true })).filter((name) =>
      name.endsWith('.ndjson'),
    ).length,
    1,
  );

  const again = await run(['pipe', 's3://source/**/*.png', 's3://result/x', '--resume']);
  t.is(again.exitCode, 0);
  t.regex(again.stderr, /4 skipped/);
  const there = await run(['pipe', 's3://source/a/1.png', 's3://result/x/a']);
  t.is(there.exitCode, 1);
  t.regex(there.stderr, /E_EXISTS s3:\/\/source\/a\/1\.png/);
  t.is((await run(['pipe', 's3://source/a/1.png', 's3://result/x/a', '--skip-existing'])).exitCode, 0);
  t.is((await run(['pipe', 's3://source/a/1.png', 's3://result/x/a', '--overwrite'])).exitCode, 0);

  const down = await run(['pipe', 's3://source/a', 'down', '--exclude', 'deep/**']);
  t.is(down.exitCode, 0, down.stderr);
  t.deepEqual(lines(down), ['down/1.png', 'down/__/4.png', 'down/c d+é%41.png'].sort());
  t.is((await run(['pipe', 'down', 's3://result/up', '--scale', '1.5'])).exitCode, 0);
  t.true((await keys('result')).includes('up/c d+é%41.png'));

  const listed = await run(
    ['pipe', '--ndjson', '-'],
    '{"src":"s3://source/a/1.png","dst":"s3://result/n/one.jpg"}\n',
  );
  t.deepEqual(lines(listed), ['s3://result/n/one.jpg']);
  const url = `${endpoint}/source/a/c%20d%2B%C3%A9%2541.png?x=1`;
  t.is((await run(['pipe', '-', 'web'], `${url}\n`)).exitCode, 1);
  const web = await run(['pipe', '-', 'web', '--allow-private-addresses'], `${url}\n`);
  t.deepEqual(lines(web), ['web/c d+é%41.png']);
  const one = await run(['upscale', 's3://source/a/1.png', 's3://result/one.webp']);
  t.is(one.exitCode, 0, one.stderr);
  t.is((await sharp(await readFile(join(directory, 'web/c d+é%41.png'))).metadata()).width, 18);
});

testWithS3('what makes no sense is told with exit 2 before anything is done', async (t) => {
  const { run, keys } = await openBench(t);
  for (const [args, sentence] of [
    [['pipe', 's3://nowhere/**/*.png', 'out'], /there is no such bucket/],
    [['pipe', 's3://source/**/*.png', 's3://nowhere/x'], /there is no such bucket/],
    [['pipe', 's3://source/**/*.png', 'https://example.com/x'], /cannot be put at an address of http/],
    [['batch', 's3://source', 'out'], /batch works on directories/],
    [['batch', '.', 's3://result'], /batch works on directories/],
    [['pipe', 's3://sou*/x.png', 'out'], /the bucket cannot be a glob/],
    [['pipe', 's3://source/zzz/**', 'out'], /No image was found/],
    [['pipe', 's3://source/a', 'out', '--s3-endpoint', 'nonsense'], /needs a URL/],
  ] as const) {
    const { exitCode, stderr } = await run(args);
    t.is(exitCode, 2, stderr);
    t.regex(stderr, sentence);
  }
  t.deepEqual(await keys('result'), []);
});

const testJobs = spawnSync('redis-server', ['--version']).status === 0 ? testWithS3 : withRedis;

testJobs('jobs take their sources from a bucket to a directory', async (t) => {
  const { run, directory } = await openBench(t);
  const { url } = await redisServer(t);
  const submit = ['jobs', 'submit', 's3://source/**/*.png', '--redis', url];
  const submitted = await run([...submit, 'out']);
  t.is(submitted.exitCode, 0, submitted.stderr);
  const worked = await run(['jobs', 'work', '--once', '--threads', '1', '--redis', url]);
  t.is(worked.exitCode, 0, worked.stderr);
  t.regex(worked.stderr, /4 images, 0 failed/);
  const made = await readdir(join(directory, 'out'), { recursive: true });
  t.deepEqual(made.filter((name) => /png$/i.test(name)).sort(), [
    'a/1.png',
    'a/__/4.png',
    'a/c d+é%41.png',
    'a/deep/2.PNG',
  ]);
});

import { createHash } from 'node:crypto';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import type { Outcome } from '../../../src/contract/job.js';
import { pipe } from '../../../src/flow/pipe.js';
import { MIN_PART_BYTES } from '../../../src/places/storage/s3-write.js';
import type { Content, Storage } from '../../../src/contract/storage.js';
import { openStorages } from '../../../src/places/storage/storages.js';
import type { Fault, Rule } from '../../helpers/fault-proxy.js';
import { draw, pipelineOf } from '../../helpers/images.js';
import { seeded } from '../../helpers/random.js';
import { startS3, testWithS3, type S3Server } from '../../helpers/s3-server.js';
import { settingsOf } from '../../helpers/settings.js';
import { temporaryDirectory } from '../../helpers/temporary-directory.js';
import { startVersitygw, testWithConditions } from '../../helpers/versitygw.js';

/** Results that go to a store in parts: when their name is taken, how many parts are held, and when one fails. */

const LARGE_BYTES = 2 * MIN_PART_BYTES + 5;
const PLACE = 's3://result/large.png';

interface Bench extends S3Server {
  readonly storage: Storage;
  readonly directory: string;
}

async function openBench(t: ExecutionContext, server: S3Server): Promise<Bench> {
  const settings = await settingsOf({ inputs: ['x'], s3Endpoint: server.endpoint, s3PathStyle: true });
  const storages = openStorages(settings);
  t.teardown(() => storages.close());
  const directory = await temporaryDirectory(t);
  return { ...server, proxy: server.proxy, storage: await storages.of(PLACE), directory };
}

/** No two of its parts are the same. */
function contentOf(seed: number, bytes = LARGE_BYTES): Buffer {
  const random = seeded(seed);
  const content = Buffer.alloc(bytes);
  for (let at = 0; at + 4 <= bytes; at += 64 * 1024) content.writeUInt32LE(random() * 2 ** 32, at);
  return content;
}

async function put({ storage }: Bench, content: Content, replace = false): Promise<string> {
  const staged = await storage.stage(PLACE, content);
  return staged.publish({ replace }).finally(() => staged.discard());
}

const digest = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

const isCompletion: (asked: Parameters<Rule>[0]) => boolean = ({ method, path }) =>
  method === 'POST' && /[?&]uploadId=/.test(path);

const isPart: (asked: Parameters<Rule>[0]) => boolean = ({ method, path }) =>
  method === 'PUT' && /[?&]partNumber=/.test(path);

async function isAlone(t: ExecutionContext, bench: Bench, bytes: Uint8Array): Promise<void> {
  const there = await bench.objects('result');
  t.deepEqual([...there.keys()], ['large.png']);
  t.is(digest(there.get('large.png') ?? Buffer.of()), digest(bytes));
  t.is(await bench.openUploads('result'), 0);
}

testWithConditions(
  'a store refuses the completion where the name is taken; no upload stays open',
  async (t) => {
    const bench = await openBench(t, await startVersitygw(t));
    const [ours, others] = [contentOf(1), contentOf(2)];
    const file = join(bench.directory, 'large');
    await writeFile(file, ours);
    t.is(await put(bench, others), 'placed');
    for (const content of [ours, { path: file }]) t.is(await put(bench, content), 'there');
    await isAlone(t, bench, others);
    t.is(await put(bench, others), 'placed', 'the same bytes count as put');
    t.is(await put(bench, { path: file }, true), 'placed');
    await isAlone(t, bench, ours);
  },
);

testWithConditions('of several that put large objects under one name, one does', async (t) => {
  const bench = await openBench(t, await startVersitygw(t));
  const contents = [1, 2, 3].map((seed) => contentOf(seed));
  const ends = await Promise.all(contents.map((content) => put(bench, content)));
  t.deepEqual([...ends].sort(), ['placed', 'there', 'there']);
  await isAlone(t, bench, contents[ends.indexOf('placed')] ?? Buffer.of());
});

/** An image whose result has more than 16 MiB, and the name of which another program takes while it is uploaded. */
async function raced(t: ExecutionContext, server: S3Server, more: Fault | undefined): Promise<void> {
  const { directory, ...bench } = await openBench(t, server);
  const noise = draw({ widthPx: 1400, heightPx: 1400, noise: 1 });
  await bench.put('source', 'large.png', await pipelineOf(noise).png().toBuffer());
  let parts = 0;
  let taken = false;
  bench.proxy.strike(async (asked) => {
    if (isPart(asked)) parts += 1;
    if (!isCompletion(asked)) return undefined;
    if (!taken) await bench.put('result', 'large.png', 'foreign');
    taken = true;
    return more;
  });
  const outcomes: Outcome[] = [];
  const { exitStatus } = await pipe({
    engine: 'resize',
    inputs: ['s3://source/large.png'],
    out: 's3://result',
    state: join(directory, 'state'),
    s3Endpoint: server.endpoint,
    s3PathStyle: true,
    onOutcome: (outcome) => void outcomes.push(outcome),
  });
  t.true(taken);
  t.true(parts >= 3, `${parts} parts`);
  t.deepEqual(
    outcomes.map(({ status, code }) => [status, code]),
    [['failed', 'E_EXISTS']],
  );
  t.is(exitStatus, 1);
  t.is(String((await bench.objects('result')).get('large.png')), 'foreign');
  t.is(await bench.openUploads('result'), 0);
}

testWithConditions(
  'an image whose name is taken while its parts are sent fails, nothing is replaced',
  async (t) => {
    await raced(t, await startVersitygw(t), undefined);
  },
);

testWithS3('the same where the answer is injected', async (t) => {
  await raced(t, await startS3(t), { answer: 412, code: 'PreconditionFailed' });
});

testWithS3('a completion that fails, or whose answer is lost, is known by what is there', async (t) => {
  const bench = await openBench(t, await startS3(t));
  const ours = contentOf(3);
  for (const [fault, end] of [
    [{ answer: 500, code: 'InternalError' }, 'E_WRITE'],
    // as S3 does where it finds out late
    [{ answer: 200, code: 'InternalError' }, 'E_WRITE'],
    ['reset', 'E_WRITE'],
    ['lost', 'placed'],
  ] as const) {
    bench.proxy.strike((asked) => (isCompletion(asked) ? fault : undefined));
    const came = await put(bench, ours).catch((error: unknown) => (error as { code: string }).code);
    t.true(bench.proxy.struck > 0);
    t.is(came, end, JSON.stringify(fault));
    t.is(await bench.openUploads('result'), 0);
    t.is((await bench.keys('result')).length, end === 'placed' ? 1 : 0);
  }
  await isAlone(t, bench, ours);
});

testWithS3('of a large object three parts are held at a time, of 8 MiB each, and all are sent', async (t) => {
  const bench = await openBench(t, await startS3(t));
  const parts = 9;
  const ours = contentOf(4, parts * MIN_PART_BYTES - 7);
  const file = join(bench.directory, 'large');
  await writeFile(file, ours);
  const held: (() => void)[] = [];
  let [sent, most] = [0, 0];
  bench.proxy.strike(async (asked) => {
    if (!isPart(asked)) return undefined;
    sent += 1;
    await new Promise<void>((resolve) => {
      most = Math.max(most, held.push(resolve));
      if (held.length === 3) void afterManyAnswers().then(() => held.splice(0).forEach((go) => go()));
    });
    return undefined;
  });
  // by then a fourth one would have come
  const afterManyAnswers = async () => {
    for (let i = 0; i < 50; i++) await bench.keys('result');
  };
  t.is(await put(bench, { path: file }), 'placed');
  t.is(sent, parts);
  t.is(most, 3);
  await isAlone(t, bench, ours);
});

testWithS3(
  'a source over the limit, or that has grown beyond it since it was listed, fails alone',
  async (t) => {
    const bench = await openBench(t, await startS3(t));
    const small = await pipelineOf(draw({ widthPx: 16, heightPx: 16 }))
      .png()
      .toBuffer();
    const grown = await pipelineOf(draw({ widthPx: 20, heightPx: 16 }))
      .png()
      .toBuffer();
    const large = Buffer.concat([small, Buffer.alloc(64 * 1024)]);
    await bench.put('source', 'a-large.png', large);
    for (const key of ['b-grows.png', 'c-grows-much.png', 'd.png']) await bench.put('source', key, small);
    const later: Record<string, Buffer> = { 'b-grows.png': grown, 'c-grows-much.png': large };
    bench.proxy.strike(async ({ method, path }) => {
      const key = /^\/source\/([\w-]+\.png)/.exec(path)?.[1] ?? '';
      const bytes = method === 'GET' ? later[key] : undefined;
      if (bytes) await bench.put('source', key, bytes);
      return undefined;
    });
    const scratch = join(bench.directory, 'out');
    const outcomes: Outcome[] = [];
    await pipe({
      engine: 'resize',
      inputs: ['s3://source'],
      out: scratch,
      maxInputBytes: 32 * 1024,
      fsync: false,
      s3Endpoint: bench.endpoint,
      s3PathStyle: true,
      onOutcome: (outcome) => void outcomes.push(outcome),
    });
    t.deepEqual(
      outcomes
        .map(({ src, status, code, inputWidthPx }) => [src.slice(12), code ?? status, inputWidthPx])
        .sort(),
      [
        ['a-large.png', 'E_TOO_LARGE', undefined],
        ['b-grows.png', 'done', 20],
        ['c-grows-much.png', 'E_TOO_LARGE', undefined],
        ['d.png', 'done', 16],
      ],
    );
    t.deepEqual((await readdir(scratch)).filter((name) => name !== '.srgan').sort(), [
      'b-grows.png',
      'd.png',
    ]);
  },
);

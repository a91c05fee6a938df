import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import type { SrganError } from '../../../src/system/errors.js';
import type { Outcome } from '../../../src/contract/job.js';
import type { PipeOptions } from '../../../src/contract/options.js';
import { pipe } from '../../../src/flow/pipe.js';
import { openStorages } from '../../../src/places/storage/storages.js';
import type { Fault, Rule } from '../../helpers/fault-proxy.js';
import { draw, pipelineOf } from '../../helpers/images.js';
import { startS3, testWithS3, type S3Server } from '../../helpers/s3-server.js';
import { settingsOf } from '../../helpers/settings.js';
import { makeTree } from '../../helpers/tree.js';

/**
 * Each fault of a store, once and for good, in what a run asks of it. After each the bucket of the results has the
 * images that were told as done, with the bytes of an undisturbed run, and no other object; each source has one
 * record; no upload is open; no copy is left.
 */

const KEYS = ['a/1.png', 'a/2.png', 'b.png'];
const VICTIM = 'b.png';

interface Bench extends S3Server {
  readonly scratch: string;
  readonly expected: ReadonlyMap<string, Buffer>;
  readonly options: PipeOptions;
}

async function openBench(t: ExecutionContext): Promise<Bench> {
  const images = await Promise.all(
    KEYS.map(async (key, index) => {
      const drawn = pipelineOf(draw({ widthPx: 24 + index, heightPx: 16 }));
      return [key, await drawn.png().toBuffer()] as const;
    }),
  );
  const tree = await makeTree(t, Object.fromEntries(images.map(([key, bytes]) => [`in/${key}`, bytes])));
  const undisturbed = { engine: 'resize', threads: 1, fsync: false } as const;
  await pipe({ ...undisturbed, inputs: [join(tree, 'in')], out: join(tree, 'out') });
  const expected = new Map<string, Buffer>();
  for (const key of KEYS) expected.set(key, await readFile(join(tree, 'out', key)));

  const server = await startS3(t);
  for (const [key, bytes] of images) await server.put('source', key, bytes);
  const scratch = await makeTree(t);
  const { TMPDIR } = process.env;
  process.env.TMPDIR = scratch;
  t.teardown(() => {
    if (TMPDIR === undefined) Reflect.deleteProperty(process.env, 'TMPDIR');
    else process.env.TMPDIR = TMPDIR;
  });
  const options: PipeOptions = {
    ...undisturbed,
    inputs: ['s3://source/**/*.png'],
    s3Endpoint: server.endpoint,
    s3PathStyle: true,
    retries: 1,
  };
  return { ...server, proxy: server.proxy, scratch, expected, options };
}

interface Ended {
  readonly outcomes: readonly Outcome[];
  readonly error: SrganError | undefined;
}

/** Every case has its own prefix, so that what one leaves would show in the next. */
async function run(bench: Bench, prefix: string, rule: Rule): Promise<Ended> {
  const outcomes: Outcome[] = [];
  bench.proxy.strike(rule);
  let error: SrganError | undefined;
  await pipe({
    ...bench.options,
    out: `s3://result/${prefix}`,
    onOutcome: (outcome) => void outcomes.push(outcome),
  }).catch((cause: unknown) => (error = cause as SrganError));
  return { outcomes, error };
}

async function checkKept(
  t: ExecutionContext,
  bench: Bench,
  prefix: string,
  { outcomes }: Ended,
): Promise<void> {
  bench.proxy.strike(undefined);
  const done = outcomes.filter(({ status }) => status === 'done').map(({ dst }) => dst);
  const there = [...(await bench.objects('result'))].filter(([key]) => key.startsWith(`${prefix}/`));
  t.deepEqual(
    there.map(([key]) => `s3://result/${key}`).sort(),
    done.sort(),
    `${prefix}: what is told is there`,
  );
  for (const [key, bytes] of there) {
    t.true(bench.expected.get(key.slice(prefix.length + 1))?.equals(bytes), `${prefix}: ${key} is whole`);
  }
  const sources = outcomes.map(({ src }) => src);
  t.is(new Set(sources).size, sources.length, `${prefix}: one record for each source`);
  t.is(await bench.openUploads('result'), 0, `${prefix}: no upload is open`);
  t.deepEqual(await left(bench.scratch), [], `${prefix}: no copy is left`);
}

async function left(scratch: string): Promise<string[]> {
  const entries = await readdir(scratch, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map(({ name }) => name);
}

const REQUESTS = {
  'a read': ({ method, path }) => method === 'GET' && path.startsWith(`/source/${VICTIM}`),
  'a look': ({ method, path }) => method === 'HEAD' && path.endsWith(VICTIM),
  'a write': ({ method, path }) => method === 'PUT' && path.includes(`/${VICTIM}`),
} satisfies Record<string, (asked: Parameters<Rule>[0]) => boolean>;

const ERROR: Fault = { answer: 500, code: 'InternalError' };
const SLOW: Fault = { answer: 503, code: 'SlowDown' };
const DENIED: Fault = { answer: 403, code: 'AccessDenied' };
const TAKEN: Fault = { answer: 412, code: 'PreconditionFailed' };

const nameOf = (fault: Fault) => (typeof fault === 'object' ? String(fault.answer) : fault);

testWithS3('a fault that passes costs no image and leaves nothing', async (t) => {
  const bench = await openBench(t);
  const cases: [keyof typeof REQUESTS, Fault][] = [
    ['a read', ERROR],
    ['a read', SLOW],
    ['a read', 'reset'],
    ['a read', 'short'],
    ['a look', ERROR],
    ['a look', 'reset'],
    ['a write', ERROR],
    ['a write', SLOW],
    ['a write', 'reset'],
    ['a write', 'lost'],
  ];
  for (const [what, fault] of cases) {
    const prefix = `once-${what.slice(2)}-${nameOf(fault)}`;
    let struck = false;
    const ended = await run(bench, prefix, (asked) => {
      if (struck || !REQUESTS[what](asked)) return undefined;
      struck = true;
      return fault;
    });
    t.is(bench.proxy.struck, 1, `${prefix}: it happened`);
    t.is(ended.error, undefined);
    t.deepEqual(
      ended.outcomes.map(({ status }) => status),
      ['done', 'done', 'done'],
      prefix,
    );
    await checkKept(t, bench, prefix, ended);
  }
  t.log(`${cases.length} faults, once each`);
});

testWithS3('a fault that stays fails its image once, with a code, and the others are done', async (t) => {
  const bench = await openBench(t);
  const cases: [keyof typeof REQUESTS, Fault, string | undefined][] = [
    ['a read', ERROR, 'E_READ'],
    ['a read', 'short', 'E_READ'],
    ['a read', DENIED, 'E_ACCESS'],
    ['a read', { answer: 404, code: 'NoSuchKey' }, 'E_NOT_FOUND'],
    ['a look', ERROR, 'E_READ'],
    ['a write', ERROR, 'E_WRITE'],
    ['a write', 'reset', 'E_WRITE'],
    ['a write', DENIED, 'E_WRITE'],
    ['a write', TAKEN, 'E_EXISTS'],
    ['a write', { answer: 507, code: 'InsufficientStorage' }, 'E_NOSPC'],
    // it may write and not look; and what it wrote is known by its hash
    ['a look', DENIED, undefined],
    ['a write', 'lost', undefined],
  ];
  for (const [what, fault, code] of cases) {
    const prefix = `ever-${what.slice(2)}-${nameOf(fault)}`;
    const ended = await run(bench, prefix, (asked) => (REQUESTS[what](asked) ? fault : undefined));
    t.true(bench.proxy.struck > 0, `${prefix}: it happened`);
    t.is(ended.error, undefined);
    const failed = ended.outcomes.filter(({ status }) => status === 'failed');
    t.deepEqual(
      failed.map(({ src, code }) => [src, code]),
      code === undefined ? [] : [[`s3://source/${VICTIM}`, code]],
      prefix,
    );
    t.is(ended.outcomes.length, KEYS.length, prefix);
    await checkKept(t, bench, prefix, ended);
  }
  t.log(`${cases.length} faults that stay`);
});

testWithS3('what is wrong with the set-up is told before the first image', async (t) => {
  const bench = await openBench(t);
  const cases: [string, Rule, string][] = [
    ['no-list', ({ path }) => (path.includes('list-type') ? DENIED : undefined), 'E_STORAGE'],
    ['no-answer', ({ path }) => (path.includes('list-type') ? 'reset' : undefined), 'E_STORAGE'],
    [
      'no-write',
      ({ method, path }) => (method === 'POST' && path.includes('uploads') ? DENIED : undefined),
      'E_OUT_DIR',
    ],
  ];
  for (const [prefix, rule, code] of cases) {
    const ended = await run(bench, prefix, rule);
    t.like(ended.error, { code, exitStatus: 2 }, prefix);
    t.deepEqual(ended.outcomes, []);
    await checkKept(t, bench, prefix, ended);
  }
});

testWithS3('two runs into one place, as of two workers: each image is there once, whole', async (t) => {
  const bench = await openBench(t);
  const twice = await Promise.all([run(bench, 'both', () => undefined), run(bench, 'both', () => undefined)]);
  for (const { outcomes, error } of twice) {
    t.is(error, undefined);
    t.is(outcomes.length, KEYS.length);
    t.true(outcomes.every(({ status, code }) => status === 'done' || code === 'E_EXISTS'));
  }
  const done = new Set(
    twice.flatMap(({ outcomes }) => outcomes.flatMap(({ status, dst }) => (status === 'done' ? [dst] : []))),
  );
  t.is(done.size, KEYS.length);
  const there = await bench.objects('result');
  t.deepEqual(
    [...there.keys()],
    KEYS.map((key) => `both/${key}`),
  );
  for (const key of KEYS) t.true(there.get(`both/${key}`)?.equals(bench.expected.get(key) ?? Buffer.of()));
});

testWithS3('an object that another program makes while the image is worked on stays as it is', async (t) => {
  const bench = await openBench(t);
  const key = `raced/${VICTIM}`;
  // at the very moment of the write
  let raced: Promise<void> | undefined;
  const ended = await run(bench, 'raced', (asked) => {
    if (REQUESTS['a write'](asked)) raced ??= bench.put('result', key, 'foreign');
    return raced && REQUESTS['a write'](asked) ? { answer: 412, code: 'PreconditionFailed' } : undefined;
  });
  await raced;
  t.deepEqual(
    ended.outcomes.flatMap(({ code }) => code ?? []),
    ['E_EXISTS'],
  );
  t.is(String((await bench.objects('result')).get(key)), 'foreign');
});

testWithS3(
  'a body that breaks off before anybody reads it is told to whoever reads, and to nobody else',
  async (t) => {
    const { options, proxy } = await openBench(t);
    const storages = openStorages(await settingsOf(options));
    t.teardown(() => storages.close());
    const place = `s3://source/${VICTIM}`;
    const storage = await storages.of(place);
    proxy.strike((asked) => (REQUESTS['a read'](asked) ? 'short' : undefined));
    const bytes = await storage.read(place, { maxBytes: 1e6 });
    // two ways there and back: the news has come by then
    await storage.head(place);
    await storage.head(place);
    await t.throwsAsync(
      async () => {
        for await (const chunk of bytes) t.truthy(chunk);
      },
      { code: 'E_READ' },
    );
  },
);

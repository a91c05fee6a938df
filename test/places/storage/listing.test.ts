import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import type { SrganError } from '../../../src/system/errors.js';
import type { JobsStatus } from '../../../src/apps/jobs/status.js';
import type { Outcome } from '../../../src/contract/job.js';
import { pipe } from '../../../src/flow/pipe.js';
import type { PipeOptions } from '../../../src/contract/options.js';
import { srgan } from '../../helpers/cli.js';
import type { Fault, Rule } from '../../helpers/fault-proxy.js';
import { draw, pipelineOf } from '../../helpers/images.js';
import { hasRedis, redisServer, withRedis } from '../../helpers/redis.js';
import { startS3, testWithS3, type S3Server } from '../../helpers/s3-server.js';
import { temporaryDirectory } from '../../helpers/temporary-directory.js';

/**
 * A list of objects that breaks off after its first page: once, and it is read on; for good, and what was listed is
 * done, the run says that there is more, and taken up again it does the rest. Pages are of two objects here.
 */

const KEYS = ['1.png', '2.png', '3.png', '4.png', '5.png'];
const FAULTS: readonly Fault[] = [{ answer: 500, code: 'InternalError' }, 'reset', 'short'];

const nameOf = (fault: Fault) => (typeof fault === 'object' ? String(fault.answer) : fault);

const isList = (path: string) => /^\/source\/?\?/.test(path) && path.includes('list-type=2');

/** @param strikes for the second page of each list: how often it was asked for, from 1 on */
function secondPage(strikes: (asked: number) => Fault | undefined): Rule {
  let asked = 0;
  return ({ path }) => {
    if (!isList(path)) return undefined;
    const fault = path.includes('continuation-token') ? strikes((asked += 1)) : undefined;
    return fault ?? { path: `${path}&max-keys=2` };
  };
}

interface Bench extends S3Server {
  readonly directory: string;
  readonly options: PipeOptions;
}

async function openBench(t: ExecutionContext): Promise<Bench> {
  const server = await startS3(t);
  for (const [index, key] of KEYS.entries()) {
    const drawn = pipelineOf(draw({ widthPx: 16 + index, heightPx: 16 }));
    await server.put('source', key, await drawn.png().toBuffer());
  }
  const options: PipeOptions = {
    engine: 'resize',
    threads: 1,
    fsync: false,
    inputs: ['s3://source/**/*.png'],
    s3Endpoint: server.endpoint,
    s3PathStyle: true,
    retries: 1,
  };
  return { ...server, proxy: server.proxy, directory: await temporaryDirectory(t), options };
}

async function run({ options }: Bench, more: Partial<PipeOptions>) {
  const outcomes: Outcome[] = [];
  const summary = await pipe({ ...options, ...more, onOutcome: (outcome) => void outcomes.push(outcome) });
  return { summary, outcomes };
}

const ended = (outcomes: readonly Outcome[]) =>
  outcomes.map(({ src, status, code }) => [src, code ?? status]).sort();

const each = (status: string, keys = KEYS) => keys.map((key) => [`s3://source/${key}`, status]);

async function endOf(journal: string): Promise<{ complete: boolean } | undefined> {
  const lines = (await readFile(journal, 'utf8')).trimEnd().split('\n');
  return lines
    .map((line) => JSON.parse(line) as { kind: string; complete: boolean })
    .findLast(({ kind }) => kind === 'end');
}

testWithS3('a page of a list that fails once is asked for again', async (t) => {
  const bench = await openBench(t);
  let cases = 0;
  for (const fault of FAULTS) {
    // pages 2 and 3 of the look for collisions, then those of the list that is worked off
    for (const when of [1, 2, 3, 4]) {
      const out = join(bench.directory, `${nameOf(fault)}-${when}`);
      bench.proxy.strike(secondPage((asked) => (asked === when ? fault : undefined)));
      const { summary, outcomes } = await run(bench, { out });
      t.is(bench.proxy.struck, 1, out);
      t.deepEqual(ended(outcomes), each('done'), out);
      t.is(summary.exitStatus, 0);
      cases += 1;
    }
  }
  t.log(`${cases} faults, once each`);
});

testWithS3(
  'a list that breaks off for good: its beginning is done, exit 1, and resume does the rest',
  async (t) => {
    const bench = await openBench(t);
    for (const fault of FAULTS) {
      // from the look for collisions on, or only after it
      for (const from of [1, 3]) {
        const out = join(bench.directory, `${nameOf(fault)}-${from}`);
        const journal = `${out}.ndjson`;
        bench.proxy.strike(secondPage((asked) => (asked >= from ? fault : undefined)));
        const broken = await run(bench, { out, journal });
        t.true(bench.proxy.struck > 0);
        t.deepEqual(
          ended(broken.outcomes),
          [['s3://source/', 'E_STORAGE'], ...each('done', KEYS.slice(0, 2))],
          out,
        );
        const { message = '' } = broken.outcomes.find(({ code }) => code === 'E_STORAGE') ?? {};
        t.regex(message, /^s3:\/\/source\/: listing the objects failed after 2: [^:]+\.$/);
        t.is(broken.summary.exitStatus, 1);
        t.is(broken.summary.total, from === 1 ? undefined : KEYS.length);
        t.is((await endOf(journal))?.complete, false);

        // nothing that it does not know failed before, yet it cannot say that all is well
        const retried = await run(bench, { out, journal, resume: true, retryFailed: true });
        t.is(retried.summary.exitStatus, 1);

        bench.proxy.strike(undefined);
        const { summary, outcomes } = await run(bench, { out, journal, resume: true });
        t.deepEqual(ended(outcomes), [...each('skipped', KEYS.slice(0, 2)), ...each('done', KEYS.slice(2))]);
        t.is(summary.exitStatus, 0);
        t.is((await endOf(journal))?.complete, true);
      }
    }
    t.log(`${FAULTS.length * 2} faults that stay`);
  },
);

testWithS3('of a list that breaks off each shard says so, and nothing is replaced', async (t) => {
  const bench = await openBench(t);
  bench.proxy.strike(secondPage(() => FAULTS[0]));
  for (const index of [1, 2, 3]) {
    const out = join(bench.directory, 'shards');
    const { summary, outcomes } = await run(bench, { out, shard: { index, count: 3 } });
    t.is(outcomes.filter(({ code }) => code === 'E_STORAGE').length, 1, String(index));
    t.is(summary.exitStatus, 1);
  }
  const out = join(bench.directory, 'replaced');
  const error = await t.throwsAsync<SrganError>(run(bench, { out, overwrite: true }));
  t.like(error, { code: 'E_STORAGE', exitStatus: 2 });
});

testWithS3('pipe names the list that broke off in a sentence, with what to do', async (t) => {
  const { directory, endpoint, proxy } = await openBench(t);
  proxy.strike(secondPage(() => FAULTS[0]));
  const args = ['--engine', 'resize', '--retries', '0', '--s3-endpoint', endpoint, '--s3-path-style'];
  const { exitCode, stderr } = await srgan(['pipe', 's3://source/**', 'out', ...args], { cwd: directory });
  t.is(exitCode, 1, stderr);
  t.regex(stderr, /E_STORAGE s3:\/\/source\/: listing the objects failed after 2: the server answered 500/);
  t.regex(stderr, /with --resume to process the rest/);
});

const testWithBoth = hasRedis ? testWithS3 : withRedis;

testWithBoth(
  'jobs submit of a list that breaks off: exit 2, nothing but sources is frozen, and again it is whole',
  async (t) => {
    const { directory: cwd, endpoint, proxy } = await openBench(t);
    const redis = await redisServer(t);
    const env = { SRGAN_REDIS: redis.url };
    const store = ['--s3-endpoint', endpoint, '--s3-path-style'];
    const submit = ['jobs', 'submit', 's3://source/**', 'out', '--engine', 'resize', '--shard-size', '2'];
    const submitted = () => srgan([...submit, '--retries', '0', ...store], { cwd, env });
    proxy.strike(secondPage(() => FAULTS[0]));
    const broken = await submitted();
    t.is(broken.exitCode, 2, broken.stderr);
    t.regex(broken.stderr, /listing the objects failed after 2/);
    proxy.strike(undefined);
    const whole = await submitted();
    t.is(whole.exitCode, 0, whole.stderr);
    t.regex(whole.stderr, /5 images in 3 shards/);
    const worked = await srgan(['jobs', 'work', '--once', '--threads', '1', ...store], { cwd, env });
    t.is(worked.exitCode, 0, worked.stderr);
    const { stdout } = await srgan(['jobs', 'status', '--json'], { cwd, env });
    t.like((JSON.parse(stdout) as JobsStatus).images, { total: 5, done: 5, failed: 0 });
  },
);

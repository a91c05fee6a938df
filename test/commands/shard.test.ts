import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { pipe, type Outcome, type PipeOptions, type Summary } from '../../src/index.js';
import { srgan } from '../helpers/cli.js';
import { savePngs } from '../helpers/pngs.js';
import { filesBelow, makeTree } from '../helpers/tree.js';

const NAMES = ['a', 'b', 'c', 'd', 'e', 'deep/a', 'deep/b', 'deep/er/c', 'deep/er/d', 'x 1', 'x 10'];
const FILES = NAMES.map((name) => `${name}.png`);
const COUNT = 3;

interface Ran {
  readonly summary: Summary;
  readonly outcomes: readonly Outcome[];
}

async function run(options: PipeOptions): Promise<Ran> {
  const outcomes: Outcome[] = [];
  const onOutcome = (outcome: Outcome) => void outcomes.push(outcome);
  return { summary: await pipe({ engine: 'resize', threads: 1, ...options, onOutcome }), outcomes };
}

async function eachShard(options: PipeOptions, count = COUNT): Promise<Ran[]> {
  const runs: Ran[] = [];
  for (let index = 1; index <= count; index++) runs.push(await run({ ...options, shard: { index, count } }));
  return runs;
}

const sourcesOf = (runs: readonly Ran[], status?: string) =>
  runs.flatMap(({ outcomes }) =>
    outcomes.filter((outcome) => status === undefined || outcome.status === status).map(({ src }) => src),
  );

test('shards together make the bytes that one run makes, each source once, whatever the order of the list', async (t) => {
  const cwd = await makeTree(t);
  const files = await savePngs(join(cwd, 'in'), FILES, 9, 7);
  await run({ inputs: [join(cwd, 'in')], out: join(cwd, 'whole') });
  const whole = await filesBelow(join(cwd, 'whole'));

  const runs: Ran[] = [];
  // each machine lists in another order
  for (const [at, inputs] of [
    files,
    files.toReversed(),
    [...files.slice(4), ...files.slice(0, 4)],
  ].entries()) {
    const out = join(cwd, 'out');
    runs.push(await run({ inputs, out, base: join(cwd, 'in'), shard: { index: at + 1, count: COUNT } }));
  }
  t.deepEqual(await filesBelow(join(cwd, 'out')), whole);
  t.deepEqual(sourcesOf(runs).sort(), files.toSorted());
  for (const { summary } of runs) {
    t.is(summary.exitStatus, 0);
    t.true(summary.sources > 0, 'none of these shards is empty');
    t.is(summary.sources + summary.shard!.others, files.length);
    t.is(summary.total, summary.sources);
  }
});

test('a shard without a source has succeeded, and leaves its journal', async (t) => {
  const cwd = await makeTree(t);
  await savePngs(join(cwd, 'in'), ['a.png'], 9, 7);
  const runs = await eachShard({ inputs: [join(cwd, 'in')], out: join(cwd, 'out'), resume: true }, 4);
  t.deepEqual(
    runs.map(({ summary }) => summary.exitStatus),
    [0, 0, 0, 0],
  );
  t.is(sourcesOf(runs, 'done').length, 1);
  t.deepEqual(
    (await readdir(join(cwd, 'out/.srgan'))).sort(),
    [1, 2, 3, 4].map((i) => `journal-${i}-of-4.ndjson`),
  );
  const nothing = {
    inputs: [join(cwd, 'out/none/*.png')],
    out: join(cwd, 'o2'),
    shard: { index: 1, count: 4 },
  };
  await t.throwsAsync(run(nothing), { message: 'No image was found.' });
});

test('two sources with one output are refused by every shard alike, of a list that comes once too', async (t) => {
  const cwd = await makeTree(t);
  const names = ['a.png', 'b.png', 'c.png', 'd.png', 'e.png', 'f.png'];
  const files = [
    ...(await savePngs(join(cwd, 'in/one'), names, 9, 7)),
    ...(await savePngs(join(cwd, 'in/two'), names, 9, 7)),
    ...(await savePngs(join(cwd, 'in/two'), ['alone.png'], 9, 7)),
  ];
  const name = '{name}.{ext}';
  const walked = await eachShard({ inputs: [join(cwd, 'in')], out: join(cwd, 'walked'), name });
  t.deepEqual(Object.keys(await filesBelow(join(cwd, 'walked'))), ['alone.png']);
  t.deepEqual(sourcesOf(walked, 'failed').sort(), files.slice(0, -1).sort());
  const once = { kind: 'iterable', sources: files } as const;
  const listed = await eachShard({ inputs: once, out: join(cwd, 'listed'), base: join(cwd, 'in'), name });
  // as in one run: the first has the name
  t.deepEqual(sourcesOf(listed, 'done').sort(), [...files.slice(0, 6), files.at(-1)!].sort());
  t.deepEqual(sourcesOf(listed, 'failed').sort(), files.slice(6, -1).sort());
  for (const { code, status } of [...walked, ...listed].flatMap(({ outcomes }) => outcomes))
    t.is(code, status === 'failed' ? 'E_COLLISION' : undefined);
});

test('limit is that of the whole list, a dry run plans the shard alone', async (t) => {
  const cwd = await makeTree(t);
  const files = await savePngs(join(cwd, 'in'), FILES, 9, 7);
  const options = { inputs: files, base: join(cwd, 'in'), out: join(cwd, 'out'), limit: 5, dryRun: true };
  const runs = await eachShard(options);
  t.deepEqual(sourcesOf(runs, 'planned').sort(), files.slice(0, 5).sort());
  await t.throwsAsync(readdir(join(cwd, 'out')), { code: 'ENOENT' });
});

test('resume and retry-failed go by the journal of the shard, and a list with wrong lines has each once', async (t) => {
  const cwd = await makeTree(t);
  const files = await savePngs(join(cwd, 'in'), FILES, 9, 7);
  await writeFile(files[3]!, 'no image');
  const lines = [...files.map((src) => JSON.stringify({ src })), '{}', 'no json', '{'];
  const list = join(cwd, 'list');
  await writeFile(list, lines.join('\n'));
  const options = {
    inputs: { kind: 'list-file', path: list, format: 'ndjson' } as const,
    out: join(cwd, 'out'),
    resume: true,
  };
  const first = await eachShard(options);
  t.is(sourcesOf(first, 'done').length, FILES.length - 1);
  t.is(new Set(sourcesOf(first, 'failed')).size, 4);
  t.is(sourcesOf(first, 'failed').length, 4);

  await savePngs(join(cwd, 'in'), FILES.slice(0, 4), 9, 7);
  const again = await eachShard({ ...options, resume: undefined, retryFailed: true });
  t.deepEqual(sourcesOf(again, 'done'), [files[3]!]);
  t.is(sourcesOf(again, 'failed').length, 3);
  const last = await eachShard(options);
  t.is(sourcesOf(last, 'done').length, 0);
  t.is(sourcesOf(last, 'skipped').length, FILES.length);
});

test('batch: an array of tasks with one command line, told as one, each taken up by itself', async (t) => {
  const cwd = await makeTree(t);
  await savePngs(join(cwd, 'in'), FILES, 9, 7);
  await writeFile(join(cwd, 'in/bad.png'), 'no image');
  const batch = ['batch', 'in', 'out', '-r', '--engine', 'resize', '--threads', '1', '--no-supervise'];
  const task = (index: number) =>
    srgan([...batch, '--batch-id', 'nightly', '--shard', 'auto', '--errors-log', 'failed.ndjson'], {
      cwd,
      env: { JOB_COMPLETION_INDEX: String(index), JOB_COMPLETIONS: '3' },
    });
  const status = async (...args: string[]) =>
    JSON.parse((await srgan(['batch', 'status', 'out', '--json', ...args], { cwd })).stdout) as {
      state: string;
      counts: { done: number; failed: number };
      shards?: { notBegun: number[]; begun: { shard: { index: number } }[] };
    };

  const two = await Promise.all([task(0), task(2)]);
  const waiting = await status();
  t.is(waiting.state, 'waiting');
  t.deepEqual(waiting.shards?.notBegun, [2]);
  const ran = [...two, await task(1)];
  t.deepEqual(ran.map(({ exitCode }) => exitCode).sort(), [0, 0, 1], ran.map(({ stderr }) => stderr).join());
  t.regex(ran[1]!.stderr, /^Batch nightly, shard 3 of 3$/m);
  t.regex(ran[1]!.stderr, /^Shard 3 of 3: \d images?; \d belong to other shards\.$/m);

  const all = await status('--batch-id', 'nightly');
  t.is(all.state, 'finished');
  t.deepEqual(all.counts, { done: FILES.length, copied: 0, skipped: 0, failed: 1 } as typeof all.counts);
  t.deepEqual(
    all.shards?.begun.map(({ shard }) => shard.index),
    [1, 2, 3],
  );
  const told = await srgan(['batch', 'status', 'out'], { cwd });
  t.regex(
    told.stdout,
    /^Batch nightly: finished\n {2}12 of 12 images: 11 done.*\n.*\n {2}3 shards: 3 finished\n {2}E_/,
  );
  t.is((await readdir(cwd)).filter((name) => /^failed-\d-of-3\.ndjson$/.test(name)).length, 3);

  const at = ran.findIndex(({ exitCode }) => exitCode === 1);
  const failed = [1, 3, 2][at]!;
  await savePngs(join(cwd, 'in'), ['bad.png'], 9, 7);
  const resume = ['batch', 'out', '--no-supervise', '--resume'];
  const mended = await srgan([...resume, 'nightly', '--shard', `${failed}/3`, '--retry-failed'], { cwd });
  t.is(mended.exitCode, 0, mended.stderr);
  t.is(mended.stdout, join('out', 'bad.png\n'));
  const own = await srgan([...resume, `nightly-${failed}-of-3`], { cwd });
  t.regex(own.stderr, /^Processed 0 of \d images in .* \(\d skipped, 0 failed\)$/m);
  const wrong = await srgan([...resume, 'nightly', '--shard', '1/4'], { cwd });
  t.is(wrong.exitCode, 2);
  t.regex(wrong.stderr, /^srgan: There is no batch nightly-1-of-4 in out\.$/m);
});

test('what names no shard: exit 2, one sentence, nothing made', async (t) => {
  const cwd = await makeTree(t, { 'in/a.png': '' });
  for (const [shard, sentence] of [
    ['0/3', /^srgan: --shard is 0\/3, but shards are counted from 1 to 3\.$/m],
    ['auto', /^srgan: --shard auto finds none of SRGAN_SHARD, .*\n {2}Name the shard, such as --shard 2\/5/m],
  ] as const) {
    const { exitCode, stderr } = await srgan(['pipe', 'in', 'out', '--shard', shard], { cwd });
    t.is(exitCode, 2);
    t.regex(stderr, sentence);
  }
  t.deepEqual(await readdir(cwd), ['in']);
});

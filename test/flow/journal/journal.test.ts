import { copyFile, mkdir, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { pipe, type Outcome, type PipeOptions } from '../../../src/index.js';
import type { JournalLine, SourceLine } from '../../../src/flow/journal/journal-lines.js';
import { readJournal } from '../../../src/flow/journal/read.js';
import { readBatch } from '../../../src/flow/journal/state.js';
import { collect } from '../../helpers/collect.js';
import { numbered, savePngs } from '../../helpers/pngs.js';
import { seeded } from '../../helpers/random.js';
import { temporaryDirectory } from '../../helpers/temporary-directory.js';

const names = numbered(5);
/** Above what any system gives out. */
const NO_PROCESS = 2 ** 31 - 2;

interface Place {
  readonly in: string;
  readonly out: string;
  readonly journal: string;
  /** Runs, and tells how each source ended by its name. */
  readonly run: (options?: Partial<PipeOptions>) => Promise<Record<string, string>>;
}

async function place(t: ExecutionContext): Promise<Place> {
  const directory = await temporaryDirectory(t);
  const [from, out] = [join(directory, 'in'), join(directory, 'out')];
  await savePngs(from, names, 12, 9);
  return {
    in: from,
    out,
    journal: join(out, '.srgan/journal.ndjson'),
    async run(options = {}) {
      const ends: Record<string, string> = {};
      const onOutcome = ({ src, status, code }: Outcome) => {
        ends[src.slice(from.length + 1)] = code ?? status;
      };
      await pipe({ inputs: [from], out, engine: 'resize', threads: 2, resume: true, onOutcome, ...options });
      return ends;
    },
  };
}

const all = (status: string) => Object.fromEntries(names.map((name) => [name, status]));

const linesOf = (file: string) => collect(readJournal(file));
const sourcesOf = (lines: readonly JournalLine[]) =>
  lines.filter((line): line is SourceLine => line.kind === 'source');

async function contents(directory: string): Promise<Record<string, string>> {
  const files = (await readdir(directory)).filter((name) => name.endsWith('.png'));
  return Object.fromEntries(
    await Promise.all(
      files.map(async (name) => [name, await readFile(join(directory, name), 'base64')] as const),
    ),
  );
}

test('a line for each source, between the options and the end', async (t) => {
  const here = await place(t);
  await writeFile(join(here.in, 'bad.png'), 'no image');
  t.deepEqual(await here.run({ scale: 3 }), { ...all('done'), 'bad.png': 'E_UNSUPPORTED' });
  const lines = await linesOf(here.journal);
  t.like(lines[0], {
    kind: 'batch',
    id: 'journal',
    total: 6,
    pid: process.pid,
    options: { engine: 'resize', scale: 3, threads: 2 },
  });
  t.like(lines.at(-1), { kind: 'end', complete: true, counts: { done: 5, failed: 1 } });
  const sources = sourcesOf(lines);
  t.is(sources.length, 6);
  for (const line of sources) {
    if (line.status === 'failed') {
      t.like(line, { src: join(here.in, 'bad.png'), code: 'E_UNSUPPORTED' });
      continue;
    }
    t.like(line, { inputWidthPx: 12, outputWidthPx: 36, status: 'done' });
    t.regex(line.key ?? '', /^[\da-f]{64}$/);
    t.is(line.outputBytes, (await readFile(join(here.out, line.dst ?? ''))).length);
    const before = lines.findIndex((other) => other.kind === 'writing' && other.dst === line.dst);
    t.true(before >= 0 && before < lines.indexOf(line));
  }
});

test('a long journal with lines that are damaged: all others are read, over the ends of what is read at once', async (t) => {
  const { journal } = await place(t);
  const damaged = new Set([0, 7, 9_999, 25_000, 59_999]);
  const lines = Array.from({ length: 60_000 }, (_, i) => {
    const line = Buffer.from(`${JSON.stringify({ kind: 'writing', key: `k${i}`, dst: `ü${i}.png` })}\n`);
    if (damaged.has(i)) line[20] = 0xff;
    return line;
  });
  await mkdir(dirname(journal), { recursive: true });
  await writeFile(journal, Buffer.concat(lines));
  const read = (await linesOf(journal)).map((line) => (line.kind === 'writing' ? line.dst : ''));
  const whole = Array.from({ length: 60_000 }, (_, i) => i).filter((i) => !damaged.has(i));
  t.deepEqual(
    read,
    whole.map((i) => `ü${i}.png`),
  );
});

test('what went by way of the disk is proven by its file as well', async (t) => {
  const { in: from, run, journal } = await place(t);
  await savePngs(from, ['large.png'], 600, 500);
  const options = { maxMemory: 2 ** 20 };
  t.deepEqual(await run(options), { ...all('done'), 'large.png': 'done' });
  const line = sourcesOf(await linesOf(journal)).find(({ dst }) => dst === 'large.png');
  t.true(line?.spilled);
  t.regex(line?.sha256 ?? '', /^[\da-f]{64}$/);
  t.deepEqual(await run(options), { ...all('skipped'), 'large.png': 'skipped' });
  // the same result in memory
  t.deepEqual(await run(), { ...all('skipped'), 'large.png': 'skipped' });
  t.is((await run({ fastPng: true }))['large.png'], 'done');
});

test('taken up: what is proven stays as it is; what is missing, damaged, changed or failed is done', async (t) => {
  const { run, in: from, out, journal } = await place(t);
  await writeFile(join(from, 'bad.png'), 'no image');
  await run();
  const first = await contents(out);

  await rm(join(out, names[0]!));
  await truncate(join(out, names[1]!), 40);
  const bytes = await readFile(join(out, names[2]!));
  bytes[bytes.length - 20]! ^= 1;
  await writeFile(join(out, names[2]!), bytes);
  await copyFile(join(from, names[4]!), join(from, names[3]!));
  await copyFile(join(from, names[4]!), join(from, 'bad.png'));

  t.deepEqual(await run(), { ...all('done'), [names[4]!]: 'skipped', 'bad.png': 'done' });
  const fourth = first[names[4]!];
  t.deepEqual(await contents(out), { ...first, [names[3]!]: fourth, 'bad.png': fourth });
  const end = (await linesOf(journal)).at(-1);
  t.like(end, { kind: 'end', complete: true, counts: { done: 5, skipped: 1 } });

  t.deepEqual(await run(), { ...all('skipped'), 'bad.png': 'skipped' });
  t.is(sourcesOf(await linesOf(journal)).length, 6 + 5);
});

test('only what failed is tried again, and what it passes over keeps its place in the journal', async (t) => {
  const { run, in: from, out, journal } = await place(t);
  await writeFile(join(from, 'bad.png'), 'no image');
  await writeFile(join(from, 'worse.png'), '');
  await run();
  await rm(join(out, names[0]!));
  await copyFile(join(from, names[4]!), join(from, 'bad.png'));
  await copyFile(join(from, names[4]!), join(from, 'new.png'));

  const again = { ...all('skipped'), 'new.png': 'skipped', 'bad.png': 'done', 'worse.png': 'E_EMPTY' };
  t.deepEqual(await run({ retryFailed: true }), again);
  t.is(sourcesOf(await linesOf(journal)).length, 7 + 2);
  t.like((await readBatch(journal))?.counts, { done: 6, failed: 1, skipped: 0 });
  // what is missing or new is for --resume
  t.deepEqual(await run({ retryFailed: true }), { ...again, 'bad.png': 'skipped' });
  t.like(await run(), {
    [names[0]!]: 'done',
    [names[1]!]: 'skipped',
    'new.png': 'done',
    'bad.png': 'skipped',
  });
});

test('an option that changes the result makes it another one; one that does not, does not', async (t) => {
  const { run } = await place(t);
  await run();
  t.deepEqual(
    await run({ sequential: true, threads: 1, maxPixels: 1000, maxMemory: 2 ** 24 }),
    all('skipped'),
  );
  for (const options of [
    { scale: 3 },
    { scale: 3, tta: true },
    { format: 'webp', lossless: true },
  ] as const) {
    t.deepEqual(await run(options), all('done'), JSON.stringify(options));
    t.deepEqual(await run(options), all('skipped'), JSON.stringify(options));
  }
  t.deepEqual(await run({ width: 36, height: 27, tta: true }), all('skipped'));
});

test('what was done, then failed, then is right again counts as done', async (t) => {
  const { run, in: from, journal } = await place(t);
  await run();
  const source = join(from, names[0]!);
  const bytes = await readFile(source);
  await writeFile(source, 'no image');
  t.is((await run())[names[0]!], 'E_UNSUPPORTED');
  t.is((await readBatch(journal))?.counts.failed, 1);
  await writeFile(source, bytes);
  for (let i = 0; i < 2; i++) {
    t.deepEqual(await run(), all('skipped'));
    t.deepEqual((await readBatch(journal))?.counts, { done: 5, copied: 0, skipped: 0, failed: 0 });
    t.is(sourcesOf(await linesOf(journal)).length, 7);
  }
});

test('a file that was there before stays, however often the run is taken up', async (t) => {
  const { run, out } = await place(t);
  await mkdir(out);
  await writeFile(join(out, names[0]!), 'theirs');
  for (const others of ['done', 'skipped']) {
    t.deepEqual(await run(), { ...all(others), [names[0]!]: 'E_EXISTS' });
    t.is(await readFile(join(out, names[0]!), 'utf8'), 'theirs');
  }
});

test('cut off at any byte, the whole lines before are read', async (t) => {
  const { run, journal } = await place(t);
  await run({ limit: 1 });
  const bytes = await readFile(journal);
  const lines = await linesOf(journal);
  const cut = `${journal}.cut`;
  for (let end = 0; end <= bytes.length; end += 1) {
    await writeFile(cut, bytes.subarray(0, end));
    const whole = bytes.subarray(0, end).toString('latin1').split('\n').length - 1;
    const read = await linesOf(cut);
    // the last line may be whole but for its line break
    t.true(read.length === whole || (bytes[end] === 0x0a && read.length === whole + 1), `cut at ${end}`);
    t.deepEqual(read, lines.slice(0, read.length));
  }
});

test('cut off at any byte, it can be taken up: the rest is done once, and nothing twice', async (t) => {
  const { run, out, journal } = await place(t);
  await run();
  const written = await readFile(journal, 'utf8');
  const bytes = Buffer.from(written.replaceAll(`"pid":${process.pid}`, `"pid":${NO_PROCESS}`));
  const whole = await contents(out);
  const next = seeded(3);
  const lineEnds = [...bytes.entries()].filter(([, byte]) => byte === 0x0a).map(([at]) => at);
  const cuts = [
    0,
    ...lineEnds.flatMap((at) => [at, at + 1]),
    ...lineEnds.map(() => Math.floor(next() * bytes.length)),
  ];
  for (const end of cuts) {
    await writeFile(journal, bytes.subarray(0, end));
    const known = new Set(
      (await linesOf(journal)).flatMap((line) => (line.kind === 'writing' ? [line.dst] : [])),
    );
    // a result gets its name only after its line is on the disk
    for (const name of names) if (!known.has(name)) await rm(join(out, name), { force: true });
    const expected = Object.fromEntries(names.map((name) => [name, known.has(name) ? 'skipped' : 'done']));
    t.deepEqual(await run(), expected, `cut at ${end}`);
    t.deepEqual(await contents(out), whole);
    const done = sourcesOf(await linesOf(journal)).filter(({ status }) => status === 'done');
    t.deepEqual(done.map(({ dst }) => dst).sort(), names, `cut at ${end}`);
  }
});

test('a run stopped early is incomplete, and the next one does the rest', async (t) => {
  const { run, journal } = await place(t);
  const drain = new AbortController();
  const first = await run({
    sequential: true,
    threads: 1,
    drain: drain.signal,
    onTotal: () => drain.abort(),
  });
  t.deepEqual(first, {});
  t.like((await linesOf(journal)).at(-1), { kind: 'end', complete: false });
  t.deepEqual(await run(), all('done'));
  t.like((await linesOf(journal)).at(-1), { kind: 'end', complete: true });
});

test('a journal that is being written is not taken up by another run', async (t) => {
  const { run, journal } = await place(t);
  let refused: Promise<unknown> | undefined;
  await run({
    onOutcome: async () => {
      refused ??= t.throwsAsync(run(), {
        message: `${journal}: process ${process.pid} is still working on this.`,
      });
      await refused;
    },
  });
  t.truthy(refused);
  t.deepEqual(await run(), all('skipped'));
});

test('a new journal does not take the place of another, and is begun where resume finds none', async (t) => {
  const { run, out, journal } = await place(t);
  const file = join(out, 'own/j.ndjson');
  t.deepEqual(await run({ journal: file, resume: false }), all('done'));
  t.deepEqual(await readdir(out), [...names, 'own']);
  await t.throwsAsync(run({ journal: file, resume: false, overwrite: true }), {
    message: `${file}: this journal is there already.`,
  });
  t.deepEqual(await run({ journal, overwrite: true }), all('done'));
  await writeFile(file, '{"kind":"batch","version":2}\n');
  await t.throwsAsync(run({ journal: file }), {
    message: `${file}: this journal was written by a newer srgan.`,
  });
  await t.throwsAsync(pipe({ inputs: ['a.png'], resume: true }), { code: 'E_USAGE' });
});

test('without being asked, or without a source, or in a dry run, nothing is left in the output directory', async (t) => {
  const { run, out, in: from } = await place(t);
  t.deepEqual(await run({ dryRun: true }), all('planned'));
  await t.throwsAsync(readdir(out), { code: 'ENOENT' });
  await t.throwsAsync(pipe({ inputs: [join(from, '*.gif')], out, resume: true }), { code: 'E_NO_INPUT' });
  await t.throwsAsync(readdir(out), { code: 'ENOENT' });
  await run({ resume: false });
  t.deepEqual(await readdir(out), names);
});

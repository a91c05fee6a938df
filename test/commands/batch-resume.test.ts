import { existsSync, readFileSync, watch } from 'node:fs';
import { cp, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import type { JournalLine, SourceLine } from '../../src/flow/journal/journal-lines.js';
import { readJournal } from '../../src/flow/journal/read.js';
import { packageDirectory } from '../../src/network/models/packaged.js';
import { PACKAGED } from '../../src/network/models/registry.js';
import { srgan, startSrgan } from '../helpers/cli.js';
import { collect } from '../helpers/collect.js';
import { numbered, savePngs } from '../helpers/pngs.js';
import { seeded } from '../helpers/random.js';
import { makeTree } from '../helpers/tree.js';
import { onPosix } from '../helpers/where.js';

const names = numbered(12);
const options = ['--engine', 'resize', '--threads', '2', '--scale', '3'];
const lines = (text: string) => text.split('\n').filter((line) => line !== '');

const journalOf = (cwd: string, out: string, id: string): Promise<JournalLine[]> =>
  collect(readJournal(join(cwd, out, '.srgan', `${id}.ndjson`)));

const hasLine = (file: string) => existsSync(file) && readFileSync(file).includes('\n');

const doneIn = (journal: readonly JournalLine[]) =>
  journal
    .filter((line): line is SourceLine => line.kind === 'source' && line.status === 'done')
    .map(({ dst = '' }) => dst)
    .sort();

async function results(directory: string): Promise<Map<string, { bytes: string; writtenMs: number }>> {
  const found = new Map<string, { bytes: string; writtenMs: number }>();
  for (const name of await readdir(directory)) {
    if (!name.endsWith('.png')) continue;
    const file = join(directory, name);
    found.set(name, { bytes: await readFile(file, 'base64'), writtenMs: (await stat(file)).mtimeMs });
  }
  return found;
}

const bytesOf = (found: Awaited<ReturnType<typeof results>>) =>
  new Map([...found].sort().map(([name, { bytes }]) => [name, bytes]));

async function statusOf(t: ExecutionContext, cwd: string, out: string): Promise<string> {
  const { exitCode, stdout, stderr } = await srgan(['batch', 'status', out, '--json'], { cwd });
  t.is(exitCode, 0, stderr);
  return (JSON.parse(stdout) as { state: string }).state;
}

test('kill -9 at random moments, then taken up: the bytes of an undisturbed run, and no image done twice', async (t) => {
  const cwd = await makeTree(t);
  await savePngs(join(cwd, 'in'), names, 120, 90);
  t.is((await srgan(['batch', 'in', 'whole', ...options], { cwd })).exitCode, 0);
  const whole = bytesOf(await results(join(cwd, 'whole')));
  t.is(whole.size, names.length);

  const next = seeded(7);
  let kills = 0;
  let inTheMiddle = 0;
  for (let i = 0; i < 3; i++) {
    const out = `out${i}`;
    await mkdir(join(cwd, out));
    // the process that works is the one that is killed
    const env = { SRGAN_SUPERVISE: 'no' };
    const { child, ended } = startSrgan(['batch', 'in', out, '--batch-id', 'b', ...options], { cwd, env });
    // each result makes a temp file, gets its name, and loses the temp file
    const moment = 2 + Math.floor(next() * 3 * (names.length - 2));
    let seen = 0;
    const watcher = watch(join(cwd, out), () => {
      // what comes before the first line of the journal is there is no work yet
      if (!hasLine(join(cwd, out, '.srgan/b.ndjson'))) return;
      seen += 1;
      if (seen === moment) child.kill('SIGKILL');
    });
    const { signal } = await ended;
    watcher.close();
    if (signal !== 'SIGKILL') continue;
    kills += 1;
    t.is(await statusOf(t, cwd, out), 'interrupted');
    const before = await results(join(cwd, out));
    if (before.size > 0 && before.size < names.length) inTheMiddle += 1;

    const resumed = await srgan(['batch', out, '--resume', 'b'], { cwd });
    t.is(resumed.exitCode, 0, resumed.stderr);
    t.deepEqual(
      lines(resumed.stdout).sort(),
      names.filter((name) => !before.has(name)).map((name) => join(out, name)),
    );
    const after = await results(join(cwd, out));
    t.deepEqual(bytesOf(after), whole);
    for (const [name, { writtenMs }] of before) t.is(after.get(name)?.writtenMs, writtenMs, name);
    t.deepEqual(doneIn(await journalOf(cwd, out, 'b')), names);
    t.is(await statusOf(t, cwd, out), 'finished');
  }
  t.true(kills > 0, 'no run was killed');
  t.true(inTheMiddle > 0, 'no kill came in the middle');
});

onPosix('Ctrl-C, then taken up, does the rest; status says running, interrupted, finished', async (t) => {
  const cwd = await makeTree(t);
  await savePngs(join(cwd, 'in'), names, 250, 250);
  // the process that works is the one that is held
  const env = { SRGAN_SUPERVISE: 'no' };
  const run = startSrgan(['batch', 'in', 'out', '--batch-id', 'b', '--sequential'], { cwd, env });
  await run.saysOnStdout(/\n/);
  run.child.kill('SIGSTOP');
  t.is(await statusOf(t, cwd, 'out'), 'running');
  const refused = await srgan(['batch', 'out', '--resume', 'b'], { cwd });
  t.is(refused.exitCode, 2);
  t.regex(refused.stderr, /is still working on this\.$/m);
  run.child.kill('SIGINT');
  run.child.kill('SIGCONT');
  const { exitCode, stdout, stderr } = await run.ended;
  t.is(exitCode, 130, stderr);
  t.regex(stderr, /^Take it up with: srgan batch out --resume b$/m);
  t.regex(lines(stderr).at(-1) ?? '', /^Processed \d+ of 12 images in /);
  t.is(await statusOf(t, cwd, 'out'), 'interrupted');

  const resumed = await srgan(['batch', 'in', 'out', '--resume', 'b', '--threads', '2'], { cwd });
  t.is(resumed.exitCode, 0, resumed.stderr);
  t.is(lines(stdout).length + lines(resumed.stdout).length, names.length);
  t.deepEqual(doneIn(await journalOf(cwd, 'out', 'b')), names);
  t.is(await statusOf(t, cwd, 'out'), 'finished');
});

test('its own options count: what contradicts them is named, and what only says how may change', async (t) => {
  const cwd = await makeTree(t, { 'elsewhere/x': '' });
  await savePngs(join(cwd, 'in'), ['a.png', 'b.png', 'deep/c.png'], 12, 8);
  await writeFile(join(cwd, 'in/bad.png'), '');
  const begun = [
    'batch',
    'in',
    'out',
    '--batch-id',
    'b',
    '-r',
    '-g',
    '*.png',
    '--scale',
    '3',
    '--engine',
    'resize',
  ];
  t.is((await srgan([...begun, '--threads', '2'], { cwd })).exitCode, 1);
  const resume = (...args: string[]) => srgan(['batch', ...args, '--resume', 'b'], { cwd });

  const table: [string[], RegExp][] = [
    [['out', '--scale', '2'], /^srgan: Batch b was begun with another --scale\.$/m],
    [
      ['out', '--width', '50', '-f', 'webp'],
      /^srgan: Batch b was begun with another --width and another --format\.$/m,
    ],
    [['out', '--no-recursive', '-g', '*.jpg'], /begun with another --recursive and another --glob\.$/m],
    [['out', '--overwrite', '--tta'], /begun with another --overwrite and another --tta\.$/m],
    [['elsewhere', 'out'], /^srgan: elsewhere is not the directory of batch b, which is .*in\.$/m],
  ];
  for (const [args, message] of table) {
    const { exitCode, stderr } = await resume(...args);
    t.is(exitCode, 2, stderr);
    t.regex(stderr, message);
  }

  await rm(join(cwd, 'out/deep/c.png'));
  const still = await resume('out', '--retry-failed');
  t.is(still.exitCode, 1, still.stderr);
  t.is(still.stdout, '');
  t.regex(still.stderr, /bad\.png: is empty\.$/m);
  await savePngs(join(cwd, 'in'), ['bad.png'], 12, 8);
  const free = ['--scale', '3', '-r', '--sequential', '--max-pixels', '1000', '-f', 'same', '-q'];
  const again = await resume('in', 'out', ...free);
  t.is(again.exitCode, 0, again.stderr);
  t.deepEqual(lines(again.stdout).sort(), [join('out/bad.png'), join('out/deep/c.png')]);
  t.is((await resume('out')).stdout, '');

  await writeFile(join(cwd, 'out/.srgan/b.ndjson'), '{"kind":"batch","ver');
  const cut = await resume('out');
  t.is(cut.exitCode, 2);
  t.regex(cut.stderr, /^srgan: .*b\.ndjson: ends before the options of the batch\.$/m);
});

test('pipe takes its own run up, from wherever its list comes', async (t) => {
  const cwd = await makeTree(t);
  await savePngs(join(cwd, 'in'), ['a.png', 'b.png'], 12, 8);
  const run = (stdin: string) =>
    srgan(['pipe', '-', 'out', '--base', 'in', '--resume', '--engine', 'resize'], { cwd, stdin });
  t.is((await run('in/a.png\nin/gone.png\n')).exitCode, 1);
  const again = await run('in/b.png\nin/a.png\n');
  t.is(again.exitCode, 0, again.stderr);
  t.deepEqual(lines(again.stdout), [join('out/b.png')]);
  t.deepEqual((await readdir(join(cwd, 'out/.srgan'))).sort(), ['journal.ndjson']);
  const failed = () => srgan(['pipe', 'in', 'out', '--retry-failed', '--engine', 'resize'], { cwd });
  t.is((await failed()).stdout, '');
  await rm(join(cwd, 'in/a.png'));
  t.is((await run('in/a.png\n')).exitCode, 1);
  await savePngs(join(cwd, 'in'), ['a.png'], 14, 8);
  await rm(join(cwd, 'out/b.png'));
  t.deepEqual(lines((await failed()).stdout), [join('out/a.png')]);
});

test('a network by path is found again from wherever the batch is taken up', async (t) => {
  const cwd = await makeTree(t, ['elsewhere/']);
  await savePngs(join(cwd, 'in'), ['a.png', 'b.png'], 12, 8);
  const [slim] = PACKAGED;
  await cp(join(await packageDirectory(slim!), 'models/x2'), join(cwd, 'network'), { recursive: true });
  const begun = await srgan(['batch', 'in', 'out', '--batch-id', 'b', '--model', 'network'], { cwd });
  t.is(begun.exitCode, 0, begun.stderr);
  await rm(join(cwd, 'out/b.png'));
  const resumed = await srgan(['batch', '../out', '--resume', 'b'], { cwd: join(cwd, 'elsewhere') });
  t.is(resumed.exitCode, 0, resumed.stderr);
  t.deepEqual(lines(resumed.stdout), [join('../out/b.png')]);
});

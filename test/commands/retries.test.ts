import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import type { Outcome } from '../../src/contract/job.js';
import { shell, srgan } from '../helpers/cli.js';
import type { Fault } from '../helpers/fail-at.js';
import { numbered, savePngs } from '../helpers/pngs.js';
import { makeTree } from '../helpers/tree.js';
import { onLinux, onPosix } from '../helpers/where.js';

const resize = ['--engine', 'resize', '--threads', '2'];
const names = numbered(6);
const PRELOAD = new URL('../helpers/fail-at.js', import.meta.url).href;

const failing = (...faults: readonly Fault[]) => ({
  NODE_OPTIONS: `--import=${PRELOAD}`,
  TEST_FAULTS: JSON.stringify(faults),
});

const records = (text: string) =>
  text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Outcome);

test('what may pass is tried again, and the record says how often; what will not is not', async (t) => {
  const cwd = await makeTree(t);
  await savePngs(join(cwd, 'in'), names, 40, 40);
  const env = failing(
    { call: 'stat', ending: 'in/001.png', code: 'EMFILE', times: 1 },
    { call: 'link', ending: 'out/002.png', code: 'EIO', times: 2 },
    { call: 'link', ending: 'out/003.png', code: 'EIO', times: 99 },
    { call: 'link', ending: 'out/004.png', code: 'ENOSPC', times: 1 },
  );
  const run = await srgan(['pipe', 'in', 'out', ...resize, '--ndjson-out'], { cwd, env });
  t.is(run.exitCode, 1, run.stderr);
  const told = records(run.stdout).sort((a, b) => a.index - b.index);
  t.deepEqual(
    told.map(({ status, code }) => code ?? status),
    ['done', 'done', 'done', 'E_WRITE', 'E_NOSPC', 'done'],
  );
  const tries = told.map((outcome) => outcome.tries ?? 1);
  t.deepEqual(tries, [1, 2, 3, 3, 1, 1]);
  t.deepEqual((await readdir(join(cwd, 'out'))).sort(), ['000.png', '001.png', '002.png', '005.png']);
});

onPosix('a result that is in place, but not known to be on the disk, is its own to replace', async (t) => {
  const cwd = await makeTree(t);
  await savePngs(join(cwd, 'in'), ['a.png'], 40, 40);
  const env = failing({ call: 'open', ending: `${cwd}/out`, code: 'EIO', times: 1 });
  const run = await srgan(['pipe', 'in', join(cwd, 'out'), ...resize, '--ndjson-out'], { cwd, env });
  t.is(run.exitCode, 0, run.stderr);
  t.like(records(run.stdout)[0], { status: 'done', tries: 2 });
});

test('--retries 0 tries once; one image at a time waits as well', async (t) => {
  const cwd = await makeTree(t);
  await savePngs(join(cwd, 'in'), names, 40, 40);
  const env = failing({ call: 'link', ending: '/002.png', code: 'EBUSY', times: 1 });
  const once = await srgan(['pipe', 'in', 'once', ...resize, '--retries', '0'], { cwd, env });
  t.is(once.exitCode, 1);
  t.regex(once.stderr, /E_WRITE in\/002\.png: once\/002\.png/);
  const again = await srgan(['pipe', 'in', 'again', '--engine', 'resize', '--sequential'], { cwd, env });
  t.is(again.exitCode, 0, again.stderr);
  t.regex(again.stdout, /again\/002\.png\n$/, 'it comes after the others');
});

test('limits are flags: frames, files, results and time', async (t) => {
  const cwd = await makeTree(t);
  await savePngs(join(cwd, 'in'), ['a.png'], 300, 300);
  const limits: [flags: string[], message: RegExp][] = [
    [['--max-input-bytes', '1K'], /E_TOO_LARGE in\/a\.png: has .* KiB, over the limit of 1\.0 KiB\./],
    [['--max-output-pixels', '359999'], /E_TOO_LARGE in\/a\.png: the result would be 600×600/],
    [
      ['--max-output-bytes', '1K'],
      /E_TOO_LARGE in\/a\.png: out\/a\.png: would have .* over the limit of 1\.0 KiB\./,
    ],
    [['--time-limit', '0.001', '--tta'], /E_TIME_LIMIT in\/a\.png: was given up after 0\.001 s/],
  ];
  for (const [flags, message] of limits) {
    const run = await srgan(['pipe', 'in', 'out', ...(flags.includes('--tta') ? [] : resize), ...flags], {
      cwd,
    });
    t.is(run.exitCode, 1, flags.join(' '));
    t.regex(run.stderr, message);
    t.deepEqual(await readdir(join(cwd, 'out')).catch(() => []), []);
  }
  const within = await srgan(['pipe', 'in', 'out', ...resize, '--max-output-pixels', '360000'], { cwd });
  t.is(within.exitCode, 0, within.stderr);
});

onLinux('few files may be open: fewer images are in flight, and all are done', async (t) => {
  const cwd = await makeTree(t);
  await savePngs(join(cwd, 'in'), numbered(60), 30, 30);
  const command = 'ulimit -n 160; $SRGAN pipe in out --engine resize --threads 8 --retries 0';
  const run = await shell(command, { cwd });
  t.is(run.exitCode, 0, run.stderr);
  t.is((await readdir(join(cwd, 'out'))).length, 60);
});

import { writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { batchFile, listBatches, newBatchId } from '../../../src/flow/journal/batches.js';
import { isAlive, thisProcess } from '../../../src/flow/journal/append.js';
import { readBatch } from '../../../src/flow/journal/state.js';
import { temporaryDirectory } from '../../helpers/temporary-directory.js';
import { makeTree } from '../../helpers/tree.js';

const NO_PROCESS = 2 ** 31 - 2;
const START_MS = Date.parse('2026-11-24T15:00:00.000Z');
const at = (seconds: number) => new Date(START_MS + seconds * 1000).toISOString();
const gone = { pid: NO_PROCESS, host: hostname() };

const begin = (session: object = gone) => ({
  kind: 'batch',
  version: 1,
  id: 'b',
  cwd: '/',
  options: {},
  at: at(0),
  total: 4,
  ...session,
});
const source = (seconds: number, src: string, status: string, more: object = {}) => ({
  kind: 'source',
  at: at(seconds),
  src,
  status,
  ...more,
});
const failed = { code: 'E_DECODE', message: 'damaged.' };
const end = (seconds: number, complete: boolean, elapsedMs: number) => ({
  kind: 'end',
  at: at(seconds),
  complete,
  elapsedMs,
  counts: {},
});

async function stateOf(t: ExecutionContext, lines: readonly object[], nowSeconds = 100) {
  const file = join(await temporaryDirectory(t), 'b.ndjson');
  await writeFile(file, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  return readBatch(file, START_MS + nowSeconds * 1000);
}

test('running: its process is there; time and rate up to now, and what is left at that rate', async (t) => {
  const lines = [begin(await thisProcess()), source(5, 'a', 'done'), source(9, 'b', 'copied')];
  const state = await stateOf(t, lines, 10);
  t.like(state, { state: 'running', total: 4, elapsedMs: 10_000, imagesPerSecond: 0.2, etaMs: 10_000 });
  t.deepEqual(state?.counts, { done: 1, copied: 1, skipped: 0, failed: 0 });
});

test('a process that is gone, or another one of the same id, is an interrupt', async (t) => {
  const lines = [source(5, 'a', 'done'), source(8, 'b', 'failed', failed)];
  const interrupted = await stateOf(t, [begin(), ...lines]);
  t.like(interrupted, { state: 'interrupted', elapsedMs: 8000, etaMs: undefined });
  t.deepEqual(interrupted?.failures, [{ src: 'b', ...failed }]);
  const self = await thisProcess();
  if (self.birth !== undefined) {
    t.is((await stateOf(t, [begin({ ...self, birth: 'another' }), ...lines]))?.state, 'interrupted');
  }
  t.is((await stateOf(t, [begin(), ...lines, end(9, false, 9000)]))?.state, 'interrupted');
});

test('of another machine only the journal is known', async (t) => {
  t.is(await isAlive({ pid: process.pid, host: 'another.invalid' }), undefined);
  t.is((await stateOf(t, [begin({ pid: 1, host: 'another.invalid' })]))?.state, 'running');
});

test('taken up: the last that was heard of a source counts, and times add up', async (t) => {
  const state = await stateOf(t, [
    begin(),
    source(2, 'a', 'done'),
    source(3, 'b', 'failed', failed),
    source(4, 'c', 'cancelled'),
    { kind: 'resume', at: at(50), ...gone, total: 3 },
    source(52, 'b', 'done'),
    source(53, 'c', 'failed', failed),
    end(54, true, 4000),
  ]);
  t.like(state, { state: 'finished', total: 3, elapsedMs: 8000, imagesPerSecond: 0.25, startedAt: at(0) });
  t.deepEqual(state?.counts, { done: 2, copied: 0, skipped: 0, failed: 1 });
  t.deepEqual(state?.failures, [{ src: 'c', ...failed }]);
});

test('nothing but a torn beginning is no batch; other files are none either', async (t) => {
  t.is(await stateOf(t, []), undefined);
  t.is(await stateOf(t, [end(1, true, 1)]), undefined);
  const out = await makeTree(t, {
    '.srgan/torn.ndjson': '{"kind":"batch","vers',
    '.srgan/notes.txt': 'x',
    '.srgan/old.ndjson': JSON.stringify(begin()),
    '.srgan/new.ndjson': JSON.stringify({ ...begin(), id: 'new', at: at(1) }),
  });
  t.deepEqual(
    (await listBatches(out)).map(({ id }) => id),
    ['new', 'b'],
  );
});

test('ids sort by time, and are names of files everywhere', (t) => {
  const ids = [0, 1, 61, 86_400].map((seconds) => newBatchId(new Date(START_MS + seconds * 1000)));
  t.deepEqual([...ids].sort(), ids);
  t.regex(ids[0] ?? '', /^20261124-150000-[\da-f]{4}$/);
  for (const id of [...ids, 'a', 'A.b_c-1', 'x'.repeat(64)])
    t.is(batchFile('out', id), join('out/.srgan', `${id}.ndjson`));
  for (const id of [
    '',
    '.',
    '..',
    '.hidden',
    'a/b',
    'a\\b',
    '-x',
    'é',
    'nul',
    'com1.x',
    'a:b',
    'x'.repeat(65),
    'a\n',
  ])
    t.throws(() => batchFile('out', id), { code: 'E_USAGE' }, id);
});

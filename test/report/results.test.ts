import test from 'ava';
import { SrganError } from '../../src/system/errors.js';
import type { Outcome } from '../../src/contract/job.js';
import { openResults, type ResultsKind } from '../../src/report/results.js';
import { openTally } from '../../src/flow/summary.js';
import { TALLY_FACTS } from '../helpers/tally-facts.js';

const base: Outcome = { index: 0, src: 'a.png', status: 'done', warnings: [], ms: {}, extra: {} };
const outcomes: Outcome[] = [
  { ...base, dst: 'out/a.png', extra: { id: 7, status: 'theirs' } },
  { ...base, src: 'b\nb.png', dst: 'out/b\nb.png', status: 'copied' },
  { ...base, src: 'c.png', dst: 'out/c.png', status: 'skipped', reason: 'there' },
  {
    ...base,
    src: 'd.png',
    dst: 'out/d.png',
    status: 'failed',
    code: 'E_DECODE',
    message: 'no',
    error: new SrganError('E_DECODE', 'no'),
  },
];
const summary = () => openTally().close(TALLY_FACTS);

async function textOf(kind: ResultsKind, all: readonly Outcome[], failure?: SrganError): Promise<string> {
  let text = '';
  const results = openResults(kind, (piece) => {
    text += piece;
    return Promise.resolve();
  });
  for (const outcome of all) await results.outcome(outcome);
  await (failure ? results.fail(failure) : results.end(summary()));
  return text;
}

test('paths of existing results, one a line or NUL-terminated', async (t) => {
  t.is(await textOf('paths', outcomes), 'out/a.png\nout/b\nb.png\n');
  t.is(await textOf('paths-nul', outcomes), 'out/a.png\0out/b\nb.png\0');
});

test('one record a line for every source, with the list’s additional keys, which never replace ours', async (t) => {
  const lines = (await textOf('ndjson', outcomes)).trimEnd().split('\n');
  t.is(lines.length, 4);
  const records = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  t.is(records[0]?.id, 7);
  t.is(records[0]?.status, 'done');
  t.is(records[3]?.code, 'E_DECODE');
  t.false('error' in records[3]!);
  t.false('extra' in records[0]!);
});

test('one document, however the run ends', async (t) => {
  const parsed = async (all: readonly Outcome[], failure?: SrganError) =>
    JSON.parse(await textOf('json', all, failure)) as Record<string, unknown>;
  const full = await parsed(outcomes);
  t.deepEqual(
    (full.images as Outcome[]).map(({ src }) => src),
    outcomes.map(({ src }) => src),
  );
  t.is((full.summary as { exitStatus: number }).exitStatus, 2);
  t.deepEqual((await parsed([])).images, []);
  const failure = new SrganError('E_MODEL', 'no such network', { hint: 'look' });
  t.deepEqual((await parsed([], failure)).error, {
    code: 'E_MODEL',
    message: 'no such network',
    hint: 'look',
  });
  t.is(((await parsed(outcomes, failure)).images as Outcome[]).length, 4);
});

test('a dry run is a table: action, sizes, format, memory, and what would fail', async (t) => {
  const planned: Outcome = {
    ...base,
    dst: 'out/a.png',
    status: 'planned',
    inputWidthPx: 640,
    inputHeightPx: 480,
    pages: 12,
    outputWidthPx: 1280,
    outputHeightPx: 960,
    format: 'png',
    predictedBytes: 5 * 2 ** 20,
    model: 'nets/photo-m.onnx',
    modelBecause: 'JPEG quality 75',
    passes: [2],
  };
  const copied = { ...planned, model: undefined, modelBecause: undefined, passes: undefined };
  const text = await textOf('plan', [planned, copied, outcomes[2]!, outcomes[3]!]);
  t.deepEqual(
    text.split('\n').map((line) => line.trim().split(/ {2,}/)),
    [
      ['ACTION', 'SIZE', 'RESULT', 'FORMAT', 'MEMORY', 'NETWORK', 'SOURCE → OUTPUT'],
      [
        ...['x2', '640×480×12', '1280×960×12', 'png', '5.0 MiB', 'photo-m.onnx'],
        'a.png → out/a.png (JPEG quality 75)',
      ],
      ['copy', '640×480×12', '1280×960×12', 'png', '5.0 MiB', 'a.png → out/a.png'],
      ['skipped', 'c.png: there'],
      ['failed', 'E_DECODE d.png: no'],
      [''],
    ],
  );
});

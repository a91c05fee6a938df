import test from 'ava';
import { SrganError } from '../../../src/system/errors.js';
import { createBudget } from '../../../src/system/budget.js';
import type { Outcome, Written } from '../../../src/contract/job.js';
import type { Settings } from '../../../src/contract/options.js';
import { openTicket, type End, type Flight } from '../../../src/flow/ticket.js';
import { record, type Recording } from '../../../src/flow/stages/record.js';
import { jobOf, sourceOf } from '../../helpers/job.js';
import { createBuffers } from '../../../src/network/workers/buffers.js';

const DAMAGED = new SrganError('E_DECODE', 'bad.png: the image is damaged.', { hint: 'Look at it.' });

function ended(
  index: number,
  status: 'done' | 'copied' | 'skipped' | 'failed' | 'cancelled',
): Flight<Written> {
  const ticket = openTicket(sourceOf(`${index}.png`, { index, extra: { id: index } }));
  ticket.job = jobOf(`out/${index}.png`);
  ticket.ms.decode = 10;
  const written = { job: ticket.job, path: ticket.job.outputPath, bytes: 50, widthPx: 8, heightPx: 6 };
  const ends: Record<typeof status, End> = {
    done: { status: 'done', written },
    copied: { status: 'copied', written },
    skipped: { status: 'skipped', reason: 'there' },
    failed: { status: 'failed', error: DAMAGED },
    cancelled: { status: 'cancelled', error: new SrganError('E_CANCELLED', 'stopped') },
  };
  ticket.end = ends[status];
  return { ticket };
}

function recording(rest: {
  maxFailures?: Settings['maxFailures'];
  sources?: number;
  onOutcome?: (outcome: Outcome) => void | Promise<void>;
  stop?: (reason: SrganError) => void;
}): Recording {
  const stats = { tiles: 4, inferMs: [3, 4], busyMs: [5, 6] };
  return {
    drain: new AbortController().signal,
    settings: { maxFailures: rest.maxFailures, threads: 2 },
    survey: { sources: rest.sources },
    tiles: { stats, upscale: none, deflate: none, close: () => Promise.resolve() },
    budget: createBudget(100),
    buffers: createBuffers(100),
    onOutcome: rest.onOutcome,
    stop: rest.stop ?? (() => undefined),
  };
}

const none = () => Promise.reject(new Error());

async function* flow(flights: Iterable<Flight<Written>>) {
  for (const flight of flights) yield await Promise.resolve(flight);
}

test('one outcome for each source, and what they come to', async (t) => {
  const outcomes: Outcome[] = [];
  const flights = (['done', 'failed', 'copied', 'skipped', 'cancelled', 'done'] as const).map((status, i) =>
    ended(i, status),
  );
  const summary = await record(
    recording({ onOutcome: (outcome) => void outcomes.push(outcome), sources: 7 }),
  )(flow(flights));
  t.deepEqual(
    outcomes.map(({ index, status }) => [index, status]),
    flights.map(({ ticket }, i) => [i, ticket.end?.status]),
  );
  t.deepEqual(summary.counts, { done: 2, copied: 1, skipped: 1, planned: 0, failed: 1, cancelled: 1 });
  t.is(summary.sources, 6);
  t.is(summary.total, 7);
  t.is(summary.inputPixels, 2 * 4 * 3);
  t.is(summary.ms.decode, 60);
  t.is(summary.ms.infer, 7);
  t.deepEqual(summary.failures.byCode, { E_DECODE: 1 });
  t.deepEqual(summary.failures.first, [
    { src: '1.png', code: 'E_DECODE', message: DAMAGED.message, hint: DAMAGED.hint },
  ]);
  t.is(summary.exitStatus, 1);
  t.true(summary.peakRssBytes > 10_000_000);
  t.deepEqual(summary.workerBusyMs, [5, 6]);
});

test('exit status: 0 all done, also by copy or skip; 2 nothing there', async (t) => {
  const statusOf = async (...all: Parameters<typeof ended>[1][]) =>
    (await record(recording({}))(flow(all.map((status, i) => ended(i, status))))).exitStatus;
  t.is(await statusOf('done', 'copied', 'skipped'), 0);
  t.is(await statusOf('done', 'failed'), 1);
  t.is(await statusOf('done', 'cancelled'), 1);
  t.is(await statusOf(), 2);
});

test('a slow consumer holds the sources back, and memory is given back before it is waited for', async (t) => {
  let pulled = 0;
  let released = 0;
  let recorded = 0;
  function* flights() {
    for (; pulled < 20; pulled++) {
      const flight = ended(pulled, 'done');
      flight.ticket.defer(() => released++);
      yield flight;
    }
  }
  await record(
    recording({
      onOutcome: async () => {
        t.true(pulled <= recorded + 1);
        t.is(released, recorded + 1);
        await new Promise(setImmediate);
        recorded += 1;
      },
    }),
  )(flow(flights()));
  t.is(recorded, 20);
});

test('a limit of failures stops the run once, when it is passed, and the rest is still recorded', async (t) => {
  const cases: [Settings['maxFailures'], number | undefined, string, number | undefined][] = [
    [undefined, undefined, 'ffffff', undefined],
    [{ count: 0 }, undefined, 'dddfff', 4],
    [{ count: 2 }, undefined, 'fdfdff', 5],
    [{ count: 6 }, undefined, 'ffffff', undefined],
    [{ share: 0.5 }, 6, 'fffdff', 5],
    [{ share: 1 }, 6, 'ffffff', undefined],
    [{ share: 0 }, 6, 'dfdddd', 2],
    [{ share: 0.5 }, undefined, 'ffffff', undefined],
    [{ share: 0.5 }, undefined, 'f'.repeat(120), 100],
  ];
  for (const [maxFailures, sources, pattern, stopsAt] of cases) {
    let recorded = 0;
    const stops: number[] = [];
    const run = recording({
      maxFailures,
      sources,
      onOutcome: () => {
        recorded += 1;
      },
      stop: (reason) => {
        t.is(reason.code, 'E_TOO_MANY_FAILURES');
        stops.push(recorded);
      },
    });
    const summary = await record(run)(
      flow(pattern.split('').map((c, i) => ended(i, c === 'f' ? 'failed' : 'done'))),
    );
    t.deepEqual(stops, stopsAt === undefined ? [] : [stopsAt], pattern);
    t.is(summary.stopped?.code, stopsAt === undefined ? undefined : 'E_TOO_MANY_FAILURES');
    t.is(recorded, pattern.length);
  }
});

test('only the first failures are kept, all are counted', async (t) => {
  const summary = await record(recording({}))(flow(Array.from({ length: 50 }, (_, i) => ended(i, 'failed'))));
  t.is(summary.failures.first.length, 20);
  t.is(summary.failures.byCode.E_DECODE, 50);
});

test('what a consumer throws ends the run', async (t) => {
  const run = recording({ onOutcome: () => Promise.reject(new Error('consumer')) });
  await t.throwsAsync(record(run)(flow([ended(0, 'done')])), { message: 'consumer' });
});

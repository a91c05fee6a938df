import test from 'ava';
import { openMachineries } from '../../../src/apps/jobs/machineries.js';
import type { Settings } from '../../../src/contract/options.js';
import type { Machinery } from '../../../src/flow/machinery.js';

/** Machineries that are opened when the test says so, and that note when they are closed. */
function stage() {
  const closed: string[] = [];
  const opened: { name: string; ready: () => void; fail: (error: Error) => void }[] = [];
  const machineries = openMachineries(
    () => undefined,
    ({ engine }) =>
      new Promise((resolve, reject) => {
        const machinery = { close: () => Promise.resolve(void closed.push(engine)) };
        opened.push({
          name: engine,
          ready: () => resolve(machinery as unknown as Machinery),
          fail: reject,
        });
      }),
  );
  return { closed, opened, machineries };
}

const of = (engine: string) => ({ engine, device: 'cpu', fold: true }) as unknown as Settings;
const settled = () => new Promise((resolve) => setImmediate(resolve));

test('one that was taken and is not open yet is not closed by a shard of another kind', async (t) => {
  const { closed, opened, machineries } = stage();
  const uses: string[] = [];
  const first = machineries.with(of('a'), () => Promise.resolve(uses.push('a')));
  const second = machineries.with(of('b'), () => Promise.resolve(uses.push('b')));
  await settled();
  for (const { ready } of opened) ready();
  await Promise.all([first, second]);
  t.deepEqual(uses.sort(), ['a', 'b']);
  t.deepEqual(closed, []);
});

test('one in use stays while another kind comes and goes; it is closed once idle and not needed', async (t) => {
  const { closed, opened, machineries } = stage();
  let leave = () => {};
  const inUse = machineries.with(of('a'), () => new Promise<void>((resolve) => (leave = resolve)));
  await settled();
  opened[0]!.ready();
  await settled();
  const other = machineries.with(of('b'), () => Promise.resolve());
  await settled();
  opened[1]!.ready();
  await other;
  t.deepEqual(closed, []);
  leave();
  await inUse;
  const third = machineries.with(of('c'), () => Promise.resolve());
  await settled();
  t.deepEqual(closed.sort(), ['a', 'b'], 'both were idle');
  opened[2]!.ready();
  await third;
});

test('shards of one kind share one', async (t) => {
  const { opened, machineries } = stage();
  const all = Promise.all([1, 2, 3].map((n) => machineries.with(of('a'), () => Promise.resolve(n))));
  await settled();
  t.is(opened.length, 1);
  opened[0]!.ready();
  t.deepEqual(await all, [1, 2, 3]);
});

test('one that cannot be opened fails who waits for it, and is tried anew by the next', async (t) => {
  const { opened, machineries } = stage();
  const first = machineries.with(of('a'), () => Promise.resolve());
  await settled();
  opened[0]!.fail(new Error('no network'));
  await t.throwsAsync(first, { message: 'no network' });
  const again = machineries.with(of('a'), () => Promise.resolve('done'));
  await settled();
  opened[1]!.ready();
  t.is(await again, 'done');
});

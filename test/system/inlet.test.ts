import test from 'ava';
import { setImmediate as turn } from 'node:timers/promises';
import { createBell, openInlet } from '../../src/system/inlet.js';

/** Counts how far it was read, and whether it was closed. */
function numbers(count: number, failAt = Infinity) {
  const seen = { pulled: 0, closed: false };
  async function* generate() {
    try {
      for (let i = 0; i < count; i++) {
        seen.pulled += 1;
        await turn();
        if (i === failAt) throw new Error('broken');
        yield i;
      }
    } finally {
      seen.closed = true;
    }
  }
  return { items: generate(), seen };
}

test('items are pulled only while they are wanted, and each arrives once, in order', async (t) => {
  const { items, seen } = numbers(5);
  const bell = createBell();
  const came: number[] = [];
  const input = openInlet(items, {
    wanted: () => came.length < 2,
    onItem: (item) => came.push(item),
    onChange: bell.ring,
  });
  await turn();
  t.is(seen.pulled, 0, 'nothing is pulled before the first request');
  const taken: number[] = [];
  while (!input.ended || came.length > 0) {
    input.fill();
    input.fill();
    t.true(came.length <= 2);
    const item = came.shift();
    if (item === undefined) await bell.rung();
    else taken.push(item);
  }
  t.deepEqual(taken, [0, 1, 2, 3, 4]);
  t.is(input.failure, undefined);
});

test('a failure of the items is kept, and they have ended', async (t) => {
  const { items } = numbers(5, 1);
  const bell = createBell();
  const came: number[] = [];
  const input = openInlet(items, {
    wanted: () => true,
    onItem: (item) => came.push(item),
    onChange: bell.ring,
  });
  input.fill();
  while (!input.ended) await bell.rung();
  t.deepEqual(came, [0]);
  t.is((input.failure?.cause as Error).message, 'broken');
  t.false(input.pending);
});

test('close waits for the item on its way and hands it over; leave does not wait for one that never comes', async (t) => {
  const { items, seen } = numbers(5);
  const came: number[] = [];
  const input = openInlet(items, {
    wanted: () => true,
    onItem: (item) => came.push(item),
    onChange: () => {},
  });
  input.fill();
  t.true(input.pending);
  await input.close();
  t.deepEqual(came, [0]);
  t.true(seen.closed);
  t.is(seen.pulled, 1, 'nothing is pulled after close');

  const never: AsyncIterable<number> = {
    [Symbol.asyncIterator]: () => ({
      next: () => new Promise(() => {}),
      return: () => new Promise(() => {}),
    }),
  };
  const waiting = openInlet(never, { wanted: () => true, onItem: () => t.fail(), onChange: () => {} });
  waiting.fill();
  await waiting.leave();
  t.true(waiting.ended);
});

import test from 'ava';
import type { Order } from '../../../src/network/workers/messages.js';
import { openRecentKinds, openPieces } from '../../../src/network/workers/schedule.js';
import { SrganError } from '../../../src/system/errors.js';

const order = (index: number): Order => ({ kind: 'band', image: 1, index, rows: [index, index + 1] });
const indexOf = (taken: Order) => (taken.kind === 'band' ? taken.index : NaN);
const KINDS = new Map([
  ['inner', [0, 1, 2, 3]],
  ['top', [4]],
  ['left', [5, 6]],
]);

test('a worker is given more of what it did last, and each order once', (t) => {
  const pieces = openPieces(KINDS, order);
  const [one, other] = [openRecentKinds(), openRecentKinds()];
  other.note('left');
  t.is(pieces.waitingPieces, 7);
  const taken = [one, other, one, other, one, one, one].map((recent) => indexOf(pieces.take(recent)));
  t.deepEqual(taken, [0, 5, 1, 6, 2, 3, 4]);
  t.is(pieces.waitingPieces, 0);
  t.deepEqual(one.kinds, ['top', 'inner']);
});

test('the kind that was used last is taken first', (t) => {
  const pieces = openPieces(KINDS, order);
  const recent = openRecentKinds();
  for (const kind of ['left', 'inner', 'top']) recent.note(kind);
  t.is(indexOf(pieces.take(recent)), 4);
  t.is(indexOf(pieces.take(recent)), 0);
  t.deepEqual(recent.kinds, ['inner', 'top', 'left']);
});

test('an order that is put back is taken again, and a failure drops what waits', (t) => {
  const pieces = openPieces(KINDS, order);
  const recent = openRecentKinds();
  const first = pieces.take(recent);
  pieces.requeue(first);
  t.is(pieces.waitingPieces, 7);
  t.is(pieces.take(recent), first);
  t.false(pieces.ended);
  pieces.fail(new SrganError('E_ENGINE', 'failed for a test'));
  t.is(pieces.waitingPieces, 0);
  t.is(Atomics.load(pieces.dropped, 0), 1);
  pieces.settle();
  t.true(pieces.ended);
});

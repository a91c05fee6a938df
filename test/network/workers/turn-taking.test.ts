import test from 'ava';
import { openTurns } from '../../../src/network/workers/schedule.js';

function queueOf(...tiles: number[]) {
  const turns = openTurns<{ name: number; waitingPieces: number }>();
  tiles.forEach((waitingPieces, name) => turns.add({ name, waitingPieces }));
  const order: number[] = [];
  for (let image = turns.next(); image; image = turns.next()) {
    order.push(image.name);
    image.waitingPieces -= 1;
  }
  return order;
}

test('a small image behind a big one ends after twice its own tiles', (t) => {
  const order = queueOf(1000, 3);
  t.is(order.length, 1003);
  t.true(order.lastIndexOf(1) < 2 * 3);
});

test('the first image has every second turn, however many small ones come', (t) => {
  const order = queueOf(50, ...Array.from({ length: 200 }, () => 1));
  t.true(order.lastIndexOf(0) <= 2 * 50);
});

test('equal images end one after the other', (t) => {
  const order = queueOf(4, 4, 4);
  t.deepEqual(order, [0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2]);
});

test('an image that was removed has no turn', (t) => {
  const turns = openTurns<{ waitingPieces: number }>();
  const [gone, there] = [{ waitingPieces: 1 }, { waitingPieces: 2 }];
  turns.add(gone);
  turns.add(there);
  turns.remove(gone);
  t.is(turns.waitingPieces, 2);
  t.is(turns.next(), there);
});

import test from 'ava';
import { addTurnedBack, swapsAxes, turnPlanes, TURNS } from '../../../src/network/tiles/sides.js';

const [width, height] = [3, 2];
const planes = Float32Array.from({ length: 3 * width * height }, (_, i) => i);

function turned(turn: number): Float32Array {
  const into = new Float32Array(planes.length);
  turnPlanes(planes, width, height, turn, into);
  return into;
}

test('there are eight different turns', (t) => {
  t.is(new Set(Array.from({ length: TURNS }, (_, turn) => turned(turn).join())).size, 8);
});

test('each does what its bits say', (t) => {
  const firstPlane = (turn: number) => [...turned(turn).subarray(0, 6)];
  t.deepEqual(firstPlane(0), [0, 1, 2, 3, 4, 5]);
  t.deepEqual(firstPlane(1), [2, 1, 0, 5, 4, 3]);
  t.deepEqual(firstPlane(2), [3, 4, 5, 0, 1, 2]);
  t.deepEqual(firstPlane(4), [0, 3, 1, 4, 2, 5]);
  t.deepEqual([...turned(1).subarray(6, 12)], [8, 7, 6, 11, 10, 9]);
});

test('turned back, all are upright again', (t) => {
  for (let turn = 0; turn < TURNS; turn += 1) {
    const sum = new Float32Array(planes.length).fill(1000);
    addTurnedBack(turned(turn), width, height, turn, sum);
    t.deepEqual(
      sum,
      planes.map((value) => value + 1000),
      `turn ${turn}, ${swapsAxes(turn)}`,
    );
  }
});

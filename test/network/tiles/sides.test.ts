import test from 'ava';
import {
  CLOSED_SIDES,
  closedAxes,
  sidesIndex,
  turnSides,
  swapsAxes,
  turnPlanes,
  TURNS,
} from '../../../src/network/tiles/sides.js';

test('four choices of closed sides, each at its index', (t) => {
  t.deepEqual(
    CLOSED_SIDES.map((closed) => sidesIndex(closed)),
    [0, 1, 2, 3],
  );
  t.is(new Set(CLOSED_SIDES.map((closed) => JSON.stringify(closed))).size, 4);
});

test('a tile with one closed side is taken for one with both ends of that axis closed', (t) => {
  const open = { top: false, left: false, bottom: false, right: false };
  t.deepEqual(closedAxes(open), CLOSED_SIDES[0]);
  t.deepEqual(closedAxes({ ...open, bottom: true }), { ...open, top: true, bottom: true });
  t.deepEqual(closedAxes({ ...open, left: true }), { ...open, left: true, right: true });
  t.deepEqual(closedAxes({ ...open, left: true, top: true }), CLOSED_SIDES[3]);
});

test('sides turn as the planes do', (t) => {
  const [width, height] = [3, 5];
  const middles = { top: 1, left: 2 * width, bottom: 4 * width + 1, right: 2 * width + 2 };
  for (let turn = 0; turn < TURNS; turn += 1) {
    // in the middle of each side stands a number of its own
    const planes = new Float32Array(3 * width * height);
    Object.values(middles).forEach((at, i) => (planes[at] = i + 1));
    const turned = new Float32Array(planes.length);
    turnPlanes(planes, width, height, turn, turned);
    const [across, down] = swapsAxes(turn) ? [height, width] : [width, height];
    const [x, y] = [(across - 1) / 2, (down - 1) / 2];
    t.deepEqual(turnSides({ top: 1, left: 2, bottom: 3, right: 4 }, turn), {
      top: turned[x],
      left: turned[y * across],
      bottom: turned[(down - 1) * across + x],
      right: turned[y * across + across - 1],
    });
  }
});

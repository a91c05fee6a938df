import test from 'ava';
import { labelPlaces } from '../../../src/report/plot/scatter.js';
import { seeded } from '../../helpers/random.js';

const WITHIN = { left: 50, right: 950, top: 10, bottom: 290 };

test('labels of clustered points overlap no label and no point, and stay in the picture', (t) => {
  for (let seed = 1; seed <= 20; seed++) {
    const next = seeded(seed);
    const points = Array.from({ length: 12 }, () => ({
      x: 50 + 900 * next() ** 3,
      y: 10 + 280 * next() ** 2,
      widthPx: 40 + 160 * next(),
    }));
    const places = labelPlaces(points, WITHIN);
    t.true(places.filter(Boolean).length >= 11);
    const areas = places.flatMap((place, i) =>
      place
        ? [{ left: place.x, right: place.x + points[i]!.widthPx, top: place.y - 11, bottom: place.y + 3 }]
        : [],
    );
    for (const [i, a] of areas.entries()) {
      t.true(a.left >= 50 && a.right <= 950 && a.top >= 10 && a.bottom <= 290);
      for (const b of areas.slice(i + 1))
        t.true(a.left >= b.right || a.right <= b.left || a.top >= b.bottom || a.bottom <= b.top);
      for (const { x, y } of points) t.false(x > a.left && x < a.right && y > a.top && y < a.bottom);
    }
  }
});

test('a point alone has its label to the right; at the right end to the left', (t) => {
  t.like(labelPlaces([{ x: 100, y: 100, widthPx: 60 }], WITHIN)[0], { x: 110, anchor: 'start', far: false });
  t.like(labelPlaces([{ x: 940, y: 100, widthPx: 60 }], WITHIN)[0], { x: 870, anchor: 'end', far: false });
});

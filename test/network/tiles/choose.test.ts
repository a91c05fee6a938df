import test from 'ava';
import { openNetworks } from '../../../src/network/models/networks.js';
import { PACKAGED } from '../../../src/network/models/registry.js';
import {
  chooseGrid,
  haloOf,
  largestWindowSide,
  type TileCosts,
} from '../../../src/network/tiles/choose-grid.js';
import { tileAt } from '../../../src/network/tiles/grid.js';

const page = { widthPx: 4001, heightPx: 3001 };
const slim: TileCosts = { radiusPx: 10, macsPerPixel: 222_544, liveFloatsPerPixel: 320 };

test('every packaged network has tiles that waste little, fit in memory and end soon', async (t) => {
  const networks = openNetworks({ engine: 'onnx', device: 'cpu' });
  for (const { name, factors } of PACKAGED) {
    for (const factor of factors) {
      const network = await networks.load(name, factor);
      const grid = chooseGrid(page, network, undefined);
      const { core, window } = tileAt(page, grid, grid.columns + 1, haloOf(network));
      const windowPx = window.widthPx * window.heightPx;
      const title = `${network.title}: core ${core.widthPx}×${core.heightPx}`;
      t.true(windowPx / (core.widthPx * core.heightPx) < 2.6, title);
      t.true(windowPx * network.liveFloatsPerPixel * 4 <= 600 * 2 ** 20, title);
      t.true(windowPx * network.macsPerPixel <= 256e9, title);
    }
  }
});

test('an image within one tile stays whole', (t) => {
  const side = largestWindowSide(slim);
  t.deepEqual(chooseGrid({ widthPx: side, heightPx: side }, slim, undefined), { columns: 1, rows: 1 });
  t.notDeepEqual(chooseGrid({ widthPx: side + 1, heightPx: side }, slim, undefined), { columns: 1, rows: 1 });
});

test('a stated side wins', (t) => {
  t.deepEqual(chooseGrid(page, slim, 1000), { columns: 5, rows: 4 });
  t.deepEqual(chooseGrid({ widthPx: 20, heightPx: 20 }, slim, 10), { columns: 2, rows: 2 });
});

test('a network that reaches nowhere, and one that is dear beyond measure, still have tiles', (t) => {
  const point: TileCosts = { radiusPx: 0, macsPerPixel: 1, liveFloatsPerPixel: 6 };
  const dear: TileCosts = { radiusPx: 400, macsPerPixel: 1e12, liveFloatsPerPixel: 1e9 };
  for (const network of [point, dear]) {
    const { columns, rows } = chooseGrid(page, network, undefined);
    t.true(columns * rows > 1);
    const core = tileAt(page, { columns, rows }, 0, 0).core;
    t.true(core.widthPx > 40 && core.heightPx > 40, `${core.widthPx}×${core.heightPx}`);
  }
});

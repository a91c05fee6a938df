import test from 'ava';
import { openNetworks } from '../../../src/network/models/networks.js';
import { planTiles, type PlannedNetwork } from '../../../src/network/tiles/plan-tiles.js';
import type { TileRow, Rect } from '../../../src/contract/tiles.js';
import { composedNetwork } from '../../helpers/composed-network.js';
import { deepGraph, networkOf, unpaddedGraph } from '../../helpers/deep-network.js';
import { seeded } from '../../helpers/random.js';

const networks = openNetworks({ engine: 'onnx', device: 'cpu' });
const unpadded = networkOf(unpaddedGraph(seeded(5)));
const deep = networkOf(deepGraph(seeded(6), 8, 0.5));
const formsOf = (rows: readonly TileRow[]) => [...new Set(tilesOf(rows).map(({ form }) => form))];

test('whatever the page, the cores cover each pixel once', async (t) => {
  const next = seeded(13);
  const upTo = (most: number) => 1 + Math.floor(next() * most);
  const slim = await networks.load('esrgan-slim', 2);
  const thick = await networks.load('esrgan-thick', 2);
  for (const network of [slim, composedNetwork(slim), thick, await unpadded, await deep]) {
    for (let i = 0; i < 40; i += 1) {
      const page = { widthPx: upTo(140), heightPx: upTo(140) };
      const seen = new Uint8Array(page.widthPx * page.heightPx);
      for (const { core } of tilesOf(planTiles(page, network, next() < 0.5 ? undefined : 7 + upTo(60)))) {
        eachPixel(core, (x, y) => (seen[y * page.widthPx + x]! += 1));
      }
      t.true(
        seen.every((times) => times === 1),
        `${page.widthPx}×${page.heightPx}`,
      );
    }
  }
});

test('rows of tiles lie one below the other, are made by their tiles alone and know what these look at', async (t) => {
  const slim = await networks.load('esrgan-slim', 2);
  const thick = await networks.load('esrgan-thick', 2);
  for (const network of [slim, composedNetwork(slim), thick, await unpadded, await deep]) {
    for (const [widthPx, heightPx, sidePx] of [
      [61, 145, 16],
      [30, 400, undefined],
      [700, 700, undefined],
      [5, 1, 3],
    ] as const) {
      const rows = planTiles({ widthPx, heightPx }, network, sidePx);
      t.is(rows[0]!.core.start, 0);
      t.is(rows.at(-1)!.core.end, heightPx);
      rows.forEach((row, i) => {
        if (i > 0) t.is(row.core.start, rows[i - 1]!.core.end);
        let pixels = 0;
        for (const { core, window } of tilesOf([row])) {
          pixels += core.widthPx * core.heightPx;
          t.true(core.yPx >= row.core.start && core.yPx + core.heightPx <= row.core.end);
          t.true(Math.max(0, window.yPx) >= row.window.start);
          t.true(Math.min(heightPx, window.yPx + window.heightPx) <= row.window.end);
        }
        t.is(pixels, widthPx * (row.core.end - row.core.start));
      });
    }
  }
});

test('a window has all that its core needs, and ends at the border of the page', async (t) => {
  const slim = composedNetwork(await networks.load('esrgan-slim', 2));
  for (const [widthPx, heightPx] of [
    [40, 90],
    [333, 50],
  ] as const) {
    for (const sidePx of [undefined, 16]) {
      const tiles = tilesOf(planTiles({ widthPx, heightPx }, slim, sidePx));
      t.true(tiles.every(({ form }) => form === 'tiled'));
      for (const { core, window, covered, closed } of tiles) {
        t.true(contains(covered, core));
        const open = (isClosed: boolean) => (isClosed ? 0 : slim.radiusPx);
        t.is(window.xPx, covered.xPx - open(closed.left));
        t.is(window.yPx, covered.yPx - open(closed.top));
        t.is(window.widthPx, covered.widthPx + open(closed.left) + open(closed.right));
        t.is(window.heightPx, covered.heightPx + open(closed.top) + open(closed.bottom));
        t.true(contains({ xPx: 0, yPx: 0, widthPx, heightPx }, window));
        const haloPx = (from: number, to: number, isBorder: boolean) => (isBorder ? Infinity : to - from);
        const { radiusPx } = slim;
        t.true(haloPx(window.xPx, core.xPx, window.xPx === 0) >= radiusPx);
        t.true(haloPx(window.yPx, core.yPx, window.yPx === 0) >= radiusPx);
        const [right, bottom] = [window.xPx + window.widthPx, window.yPx + window.heightPx];
        t.true(haloPx(core.xPx + core.widthPx, right, right === widthPx) >= radiusPx);
        t.true(haloPx(core.yPx + core.heightPx, bottom, bottom === heightPx) >= radiusPx);
      }
    }
  }
});

test('the cheaper way is taken, where every tile at the border is large enough for it', async (t) => {
  const slim = await networks.load('esrgan-slim', 2);
  const { leastPx } = slim.tiled!;
  const forms = (widthPx: number, heightPx: number, sidePx?: number) =>
    formsOf(planTiles({ widthPx, heightPx }, slim, sidePx));
  t.deepEqual(forms(1, 1), ['whole']);
  t.deepEqual(forms(40, leastPx - 1), ['whole']);
  t.deepEqual(forms(leastPx, 200), ['tiled']);
  t.deepEqual(forms(512, 512), ['tiled']);
  t.deepEqual(forms(512, 512, 16), ['tiled']);
  t.deepEqual(formsOf(planTiles({ widthPx: 512, heightPx: 512 }, untiled(slim), undefined)), ['whole']);
});

test('a tile is closed at both ends of an axis or at none', async (t) => {
  const slim = await networks.load('esrgan-slim', 2);
  const tiles = tilesOf(planTiles({ widthPx: 500, heightPx: 450 }, slim, 128));
  t.is(tiles.length, 16);
  const closed = tiles.map((tile) => `${Number(tile.closed.top)}${Number(tile.closed.left)}`).join(' ');
  t.is(closed, '11 10 10 11 01 00 00 01 01 00 00 01 11 10 10 11');
  t.true(
    tiles.every((tile) => tile.closed.top === tile.closed.bottom && tile.closed.left === tile.closed.right),
  );
});

test('what one tile may hold is one tile, unless a side is stated', async (t) => {
  const slim = await networks.load('esrgan-slim', 2);
  t.is(tilesOf(planTiles({ widthPx: 200, heightPx: 20 }, slim, undefined)).length, 1);
  t.is(tilesOf(planTiles({ widthPx: 50, heightPx: 1 }, slim, 8)).length, 7);
});

test('every network has tiles that fit in memory and end soon', async (t) => {
  for (const name of ['esrgan-slim', 'esrgan-medium', 'esrgan-thick']) {
    for (const factor of [2, 8]) {
      const network = await networks.load(name, factor);
      for (const { window } of tilesOf(planTiles({ widthPx: 3001, heightPx: 1999 }, network, undefined))) {
        const pixels = window.widthPx * window.heightPx;
        t.true(pixels * network.macsPerPixel <= 256e9);
        t.true(pixels * 4 * 1344 <= 600 * 2 ** 20);
      }
    }
  }
});

function untiled(network: PlannedNetwork): PlannedNetwork {
  const { radiusPx, macsPerPixel, liveFloatsPerPixel } = network;
  return { radiusPx, macsPerPixel, liveFloatsPerPixel };
}

function tilesOf(rows: readonly TileRow[]) {
  return rows.flatMap((row) => Array.from({ length: row.tiles }, (_, index) => row.tileAt(index)));
}

function contains(outer: Rect, inner: Rect): boolean {
  return (
    inner.xPx >= outer.xPx &&
    inner.yPx >= outer.yPx &&
    inner.xPx + inner.widthPx <= outer.xPx + outer.widthPx &&
    inner.yPx + inner.heightPx <= outer.yPx + outer.heightPx
  );
}

function eachPixel({ xPx, yPx, widthPx, heightPx }: Rect, visit: (x: number, y: number) => void): void {
  for (let y = yPx; y < yPx + heightPx; y += 1) {
    for (let x = xPx; x < xPx + widthPx; x += 1) visit(x, y);
  }
}

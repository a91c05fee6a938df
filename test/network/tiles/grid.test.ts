import test from 'ava';
import { gridBySide, tileAt } from '../../../src/network/tiles/grid.js';
import type { Rect } from '../../../src/contract/tiles.js';
import { seeded } from '../../helpers/random.js';

const sizes = [
  [1, 1, 1],
  [1, 50, 7],
  [50, 1, 7],
  [61, 45, 16],
  [64, 64, 64],
  [65, 64, 64],
  [100, 3, 99],
] as const;

test('the cores cover each pixel once', (t) => {
  for (const [widthPx, heightPx, side] of [...sizes, ...randomSizes(40)]) {
    const page = { widthPx, heightPx };
    const grid = gridBySide(page, side);
    const seen = new Uint8Array(widthPx * heightPx);
    for (let i = 0; i < grid.columns * grid.rows; i += 1) {
      eachPixel(tileAt(page, grid, i, 5).core, (x, y) => (seen[y * widthPx + x]! += 1));
    }
    t.true(
      seen.every((times) => times === 1),
      `${widthPx}×${heightPx} by ${side}`,
    );
  }
});

test('a window is its core with the halo, as far as the page goes', (t) => {
  for (const [widthPx, heightPx, side] of [...sizes, ...randomSizes(40)]) {
    const page = { widthPx, heightPx };
    const grid = gridBySide(page, side);
    for (let i = 0; i < grid.columns * grid.rows; i += 1) {
      const { core, window } = tileAt(page, grid, i, 5);
      t.is(window.xPx, Math.max(0, core.xPx - 5));
      t.is(window.yPx, Math.max(0, core.yPx - 5));
      t.is(window.xPx + window.widthPx, Math.min(widthPx, core.xPx + core.widthPx + 5));
      t.is(window.yPx + window.heightPx, Math.min(heightPx, core.yPx + core.heightPx + 5));
    }
  }
});

test('the cores are within the side, and differ by one pixel at most', (t) => {
  for (const [widthPx, heightPx, side] of [...sizes, ...randomSizes(40)]) {
    const page = { widthPx, heightPx };
    const grid = gridBySide(page, side);
    const cores = Array.from({ length: grid.columns * grid.rows }, (_, i) => tileAt(page, grid, i, 0).core);
    for (const sides of [cores.map((core) => core.widthPx), cores.map((core) => core.heightPx)]) {
      t.true(Math.max(...sides) <= side);
      t.true(Math.max(...sides) - Math.min(...sides) <= 1);
    }
  }
});

test('with blocks: cores cover each pixel once; cores and windows begin, and windows end, at whole blocks', (t) => {
  const next = seeded(11);
  for (const [widthPx, heightPx, side] of [...sizes, ...randomSizes(60)]) {
    const page = { widthPx, heightPx };
    const alignPx = 2 + Math.floor(next() * 7);
    const grid = gridBySide(page, side, alignPx);
    const seen = new Uint8Array(widthPx * heightPx);
    for (let i = 0; i < grid.columns * grid.rows; i += 1) {
      const { core, window } = tileAt(page, grid, i, 5, alignPx);
      eachPixel(core, (x, y) => (seen[y * widthPx + x]! += 1));
      for (const place of [core.xPx, core.yPx, window.xPx, window.yPx, window.widthPx, window.heightPx]) {
        t.is(place % alignPx, 0);
      }
      t.true(core.widthPx > 0 && core.widthPx <= Math.max(side, alignPx));
      t.true(window.xPx <= Math.max(0, core.xPx - 5));
      t.true(window.xPx + window.widthPx >= Math.min(widthPx, core.xPx + core.widthPx + 5));
      t.true(window.xPx + window.widthPx < widthPx + alignPx);
    }
    t.true(seen.every((times) => times === 1));
  }
});

function eachPixel({ xPx, yPx, widthPx, heightPx }: Rect, visit: (x: number, y: number) => void): void {
  for (let y = yPx; y < yPx + heightPx; y += 1) {
    for (let x = xPx; x < xPx + widthPx; x += 1) visit(x, y);
  }
}

function randomSizes(count: number): [number, number, number][] {
  const next = seeded(7);
  const upTo = (most: number) => 1 + Math.floor(next() * most);
  return Array.from({ length: count }, () => [upTo(120), upTo(120), upTo(60)]);
}

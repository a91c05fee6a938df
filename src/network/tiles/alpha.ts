import type { Rect, Page } from '../../contract/tiles.js';

/**
 * An alpha pixel is flat when its 3 × 3 neighbourhood, inside the page, has one value. The result keeps that
 * very value there: what is opaque stays opaque, and flat tiles need no network, whatever the grid.
 */
export function isFlatAlpha(page: Page, core: Rect): boolean {
  for (let y = core.yPx; y < core.yPx + core.heightPx; y += 1) {
    for (let x = core.xPx; x < core.xPx + core.widthPx; x += 1) {
      if (!isFlatAt(page, x, y)) return false;
    }
  }
  return true;
}

/** Writes the flat pixels of `core` into the result at `factor`. */
export function keepFlatAlpha(source: Page, result: Page, core: Rect, factor: number): void {
  for (let y = core.yPx; y < core.yPx + core.heightPx; y += 1) {
    for (let x = core.xPx; x < core.xPx + core.widthPx; x += 1) {
      if (isFlatAt(source, x, y)) fillBlock(result, x, y, factor, alphaAt(source, x, y));
    }
  }
}

function alphaAt({ data, start, widthPx, channels }: Page, x: number, y: number): number {
  return data[start + (y * widthPx + x + 1) * channels - 1] as number;
}

function isFlatAt(page: Page, x: number, y: number): boolean {
  const value = alphaAt(page, x, y);
  const right = Math.min(page.widthPx - 1, x + 1);
  const bottom = Math.min(page.heightPx - 1, y + 1);
  for (let ny = Math.max(0, y - 1); ny <= bottom; ny += 1) {
    for (let nx = Math.max(0, x - 1); nx <= right; nx += 1) {
      if (alphaAt(page, nx, ny) !== value) return false;
    }
  }
  return true;
}

function fillBlock(result: Page, x: number, y: number, factor: number, value: number): void {
  const { data, start, widthPx, channels } = result;
  for (let row = y * factor; row < (y + 1) * factor; row += 1) {
    let at = start + (row * widthPx + x * factor + 1) * channels - 1;
    for (let column = 0; column < factor; column += 1, at += channels) data[at] = value;
  }
}

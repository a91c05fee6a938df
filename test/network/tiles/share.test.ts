import test from 'ava';
import { gridBySide, tileAt, shareOf, wholeBlocks } from '../../../src/network/tiles/grid.js';
import { swapsAxes, TURNS } from '../../../src/network/tiles/sides.js';
import { seeded } from '../../helpers/random.js';

test('over all tiles, the shares are each position of the tensor once, in every turn', (t) => {
  const next = seeded(3);
  const upTo = (most: number) => 1 + Math.floor(next() * most);
  for (let i = 0; i < 40; i += 1) {
    const alignPx = [1, 2, 4][i % 3]!;
    const page = { widthPx: upTo(70), heightPx: upTo(70) };
    const scale = { factor: [1 / alignPx, 1, 2][upTo(3) - 1]!, extraPx: upTo(9) - 5 };
    const whole = wholeBlocks(page, alignPx);
    const length = (px: number) => px * scale.factor + scale.extraPx;
    if (length(whole.widthPx) < 1 || length(whole.heightPx) < 1) continue;
    const grid = gridBySide(page, upTo(40), alignPx);
    for (let turn = 0; turn < TURNS; turn += 1) {
      const turned = swapsAxes(turn) ? { widthPx: whole.heightPx, heightPx: whole.widthPx } : whole;
      const [width, height] = [length(turned.widthPx), length(turned.heightPx)];
      const seen = new Uint8Array(width * height);
      for (let index = 0; index < grid.columns * grid.rows; index += 1) {
        const tile = tileAt(page, grid, index, 6, alignPx);
        const { xPx: left, yPx: top } = windowPlace(whole, tile.window, turn);
        const share = shareOf(page, tile, alignPx, scale, turn);
        for (let y = share.yPx; y < share.yPx + share.heightPx; y += 1) {
          for (let x = share.xPx; x < share.xPx + share.widthPx; x += 1) {
            seen[(y + top * scale.factor) * width + x + left * scale.factor]! += 1;
          }
        }
      }
      t.true(seen.every((times) => times === 1));
    }
  }
});

interface Box {
  readonly xPx: number;
  readonly yPx: number;
  readonly widthPx: number;
  readonly heightPx: number;
}

/** Where the top left corner of a window goes by a turn of the page. */
function windowPlace(page: { widthPx: number; heightPx: number }, window: Box, turn: number) {
  const x = turn & 1 ? page.widthPx - window.xPx - window.widthPx : window.xPx;
  const y = turn & 2 ? page.heightPx - window.yPx - window.heightPx : window.yPx;
  return swapsAxes(turn) ? { xPx: y, yPx: x } : { xPx: x, yPx: y };
}

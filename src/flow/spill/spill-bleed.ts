import { fillLevel, kindsIn, pull, push, type Grid, type Level } from '../../pixels/transparency.js';
import type { SpilledPixels } from '../../contract/job.js';
import { blocksOf, rowBytes, samplesIn, type Block } from './layout.js';
import { withSamples, type SampleFile } from './sample-file.js';

/** This level of the pyramid is held as a whole: a 1024th of the pixels. The finer ones are made anew by rows. */
const HELD_LEVEL = 5;
const HELD_CELL_PX = 2 ** HELD_LEVEL;

/** The same as codec/bleed.ts, to the bit, without the image in memory. */
export async function bleedSpilled(spilled: SpilledPixels): Promise<void> {
  if (spilled.channels !== 2 && spilled.channels !== 4) return;
  await withSamples(spilled, 'r+', async (file) => {
    for (let page = 0; page < spilled.pages; page++) await bleedPage(file, spilled, page);
  });
}

async function bleedPage(file: SampleFile, spilled: SpilledPixels, page: number): Promise<void> {
  const { widthPx, pageHeightPx, channels, bits } = spilled;
  const bytes = rowBytes(spilled);
  const read = async ({ row, rows }: Block): Promise<Grid> => {
    const block = new Uint8Array(rows * bytes);
    await file.read(page * pageHeightPx + row, block);
    return { cells: samplesIn(block, bits), width: widthPx, height: rows };
  };
  const held = emptyLevel(
    Math.ceil(widthPx / HELD_CELL_PX),
    Math.ceil(pageHeightPx / HELD_CELL_PX),
    channels,
  );
  let [hidden, visible] = [false, false];
  for (const block of blocksOf(pageHeightPx, bytes, HELD_CELL_PX)) {
    const grid = await read(block);
    const kinds = kindsIn(grid.cells, channels);
    hidden ||= kinds.hidden;
    visible ||= kinds.visible;
    const level = pyramid(grid, channels).at(-1);
    if (level) held.cells.set(level.cells, (block.row / HELD_CELL_PX) * held.width * channels);
  }
  if (!hidden || !visible) return;
  fillLevel(held, channels);
  for (const { row, rows } of blocksOf(pageHeightPx, bytes, HELD_CELL_PX)) {
    // what is missing beyond the margin is not felt inside of it
    const top = Math.max(0, row - HELD_CELL_PX);
    const grid = await read({ row: top, rows: Math.min(pageHeightPx, row + rows + HELD_CELL_PX) - top });
    fillFrom(held, grid, top, channels);
    const filled = new Uint8Array(grid.cells.buffer, (row - top) * bytes, rows * bytes);
    await file.write(page * pageHeightPx + row, filled);
  }
}

/** The levels above some rows, up to the one that is held. */
function pyramid(grid: Grid, channels: number): Level[] {
  const levels: Level[] = [];
  for (let fine = grid; levels.length < HELD_LEVEL;) {
    const coarse = pull(fine, channels);
    levels.push(coarse);
    fine = coarse;
  }
  return levels;
}

function fillFrom(held: Level, grid: Grid, top: number, channels: number): void {
  const levels = pyramid(grid, channels);
  const height = levels.at(-1)?.height ?? 0;
  const start = (top / HELD_CELL_PX) * held.width * channels;
  const cells = held.cells.subarray(start, start + height * held.width * channels);
  let coarse: Level = { cells, width: held.width, height };
  for (const fine of levels.slice(0, -1).reverse()) {
    push(fine, coarse, channels, 1);
    coarse = fine;
  }
  push(grid, coarse, channels, 0);
}

function emptyLevel(width: number, height: number, channels: number): Level {
  return { cells: new Float32Array(width * height * channels), width, height };
}

import type { SpilledPixels } from '../../contract/job.js';
import { blocksOf, rowBytes } from './layout.js';
import { spillInto, withSamples, type SampleFile } from './sample-file.js';
import type { MakeTemp } from '../../system/files/temp-files.js';

/** Effect of an EXIF orientation: the axes are swapped first, then mirrored horizontally and vertically. */
interface Turn {
  readonly swap: boolean;
  readonly flop: boolean;
  readonly flip: boolean;
}

/** EXIF 2.32, tag 274. */
const turnOf = (orientation: number): Turn => ({
  swap: orientation >= 5,
  flop: [2, 3, 6, 7].includes(orientation),
  flip: [3, 4, 7, 8].includes(orientation),
});

/**
 * Rotates every page upright into a new file; libvips would hold the whole image in memory for that.
 * @param orientation EXIF orientation, 1..8
 */
export async function turned(
  spilled: SpilledPixels,
  orientation: number,
  makeTemp: MakeTemp,
): Promise<SpilledPixels> {
  const turn = turnOf(orientation);
  const { file, ...stored } = spilled;
  const { widthPx, pageHeightPx, pages } = stored;
  const layout = turn.swap ? { ...stored, widthPx: pageHeightPx, pageHeightPx: widthPx } : stored;
  const upright = await spillInto(await makeTemp(), layout, (to) =>
    withSamples(spilled, 'r', async (from) => {
      for (let page = 0; page < pages; page++) await turnPage(from, to, page, turn);
    }),
  );
  file.remove();
  return upright;
}

async function turnPage(from: SampleFile, to: SampleFile, page: number, turn: Turn): Promise<void> {
  const { pageHeightPx } = from.layout;
  const bytes = rowBytes(from.layout);
  for (const { row, rows } of blocksOf(pageHeightPx, bytes)) {
    const block = new Uint8Array(rows * bytes);
    await from.read(page * pageHeightPx + row, block);
    if (turn.swap) await writeColumns(block, row, rows, to, page, turn);
    else await writeRows(block, row, rows, to, page, turn);
  }
}

async function writeRows(
  block: Uint8Array,
  row: number,
  rows: number,
  to: SampleFile,
  page: number,
  { flop, flip }: Turn,
): Promise<void> {
  const { widthPx, pageHeightPx } = to.layout;
  const pixelBytes = rowBytes(to.layout) / widthPx;
  const result = new Uint8Array(block.length);
  for (let y = 0, at = 0; y < rows; y++) {
    for (let x = 0; x < widthPx; x++, at += pixelBytes) {
      const pixel = (flip ? rows - 1 - y : y) * widthPx + (flop ? widthPx - 1 - x : x);
      copyPixel(block, pixel * pixelBytes, result, at, pixelBytes);
    }
  }
  await to.write(page * pageHeightPx + (flip ? pageHeightPx - row - rows : row), result);
}

/** Writes rows as columns, each a part of every row of the result. */
async function writeColumns(
  block: Uint8Array,
  row: number,
  rows: number,
  to: SampleFile,
  page: number,
  { flop, flip }: Turn,
): Promise<void> {
  const { widthPx, pageHeightPx } = to.layout;
  const pixelBytes = rowBytes(to.layout) / widthPx;
  const left = flop ? widthPx - row - rows : row;
  const piece = new Uint8Array(rows * pixelBytes);
  for (let y = 0; y < pageHeightPx; y++) {
    const column = flip ? pageHeightPx - 1 - y : y;
    for (let x = 0; x < rows; x++) {
      const pixel = (flop ? rows - 1 - x : x) * pageHeightPx + column;
      copyPixel(block, pixel * pixelBytes, piece, x * pixelBytes, pixelBytes);
    }
    await to.write(page * pageHeightPx + y, piece, left * pixelBytes);
  }
}

function copyPixel(block: Uint8Array, from: number, into: Uint8Array, at: number, pixelBytes: number): void {
  for (let byte = 0; byte < pixelBytes; byte++) into[at + byte] = block[from + byte] as number;
}

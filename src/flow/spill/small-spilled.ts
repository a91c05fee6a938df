import type { NetworkFile } from '../../contract/engine.js';
import type { SpilledPixels } from '../../contract/job.js';
import { marginsFor } from '../../network/tiles/small-sides.js';
import { narrowRows, widenRows, type Margins } from '../../pixels/edge-pixels.js';
import type { MakeTemp } from '../../system/files/temp-files.js';
import { blocksOf, rowBytes, samplesIn } from './layout.js';
import { spillInto, withSamples, type SampleFile } from './sample-file.js';

/** As withWideSides of stages/small-image.ts, for an image on disk: it is long, but has a small side. */
export async function spilledWithWideSides(
  spilled: SpilledPixels,
  network: NetworkFile,
  makeTemp: MakeTemp,
  enlarge: (spilled: SpilledPixels) => Promise<SpilledPixels>,
): Promise<SpilledPixels> {
  const margins = marginsFor({ widthPx: spilled.widthPx, heightPx: spilled.pageHeightPx }, network);
  if (!margins) return enlarge(spilled);
  const enlarged = await enlarge(await widened(spilled, margins, makeTemp));
  spilled.file.remove();
  const { factor } = network;
  const around = { acrossPx: margins.acrossPx * factor, downPx: margins.downPx * factor };
  const result = await narrowed(enlarged, around, makeTemp);
  enlarged.file.remove();
  return result;
}

async function widened(spilled: SpilledPixels, { acrossPx, downPx }: Margins, makeTemp: MakeTemp) {
  const before = layoutOfSpilled(spilled);
  const { pageHeightPx: rows, pages } = before;
  const after = { ...before, widthPx: before.widthPx + 2 * acrossPx, pageHeightPx: rows + 2 * downPx };
  return spillInto(await makeTemp(), after, (to) =>
    withSamples(spilled, 'r', async (from) => {
      for (let page = 0; page < pages; page += 1) {
        const [top, wideTop] = [page * rows, page * after.pageHeightPx];
        await copy(from, to, top, wideTop + downPx, rows);
        for (let y = 0; y < downPx; y += 1) {
          await copy(from, to, top, wideTop + y, 1);
          await copy(from, to, top + rows - 1, wideTop + downPx + rows + y, 1);
        }
      }
    }),
  );

  async function copy(from: SampleFile, to: SampleFile, start: number, target: number, count: number) {
    const { widthPx, channels, bits } = before;
    for (const { row, rows: some } of blocksOf(count, rowBytes(after))) {
      const [block, wide] = [new Uint8Array(some * rowBytes(before)), new Uint8Array(some * rowBytes(after))];
      await from.read(start + row, block);
      widenRows(samplesIn(block, bits), samplesIn(wide, bits), widthPx, channels, acrossPx);
      await to.write(target + row, wide);
    }
  }
}

async function narrowed(spilled: SpilledPixels, { acrossPx, downPx }: Margins, makeTemp: MakeTemp) {
  const before = layoutOfSpilled(spilled);
  const { widthPx, pageHeightPx, pages, channels, bits } = before;
  const after = { ...before, widthPx: widthPx - 2 * acrossPx, pageHeightPx: pageHeightPx - 2 * downPx };
  return spillInto(await makeTemp(), after, (to) =>
    withSamples(spilled, 'r', async (from) => {
      for (let page = 0; page < pages; page += 1) {
        for (const { row, rows } of blocksOf(after.pageHeightPx, rowBytes(before))) {
          const [block, narrow] = [
            new Uint8Array(rows * rowBytes(before)),
            new Uint8Array(rows * rowBytes(after)),
          ];
          await from.read(page * pageHeightPx + downPx + row, block);
          narrowRows(samplesIn(block, bits), samplesIn(narrow, bits), widthPx, channels, acrossPx);
          await to.write(page * after.pageHeightPx + row, narrow);
        }
      }
    }),
  );
}

const layoutOfSpilled = ({ widthPx, pageHeightPx, pages, channels, bits }: SpilledPixels) => ({
  widthPx,
  pageHeightPx,
  pages,
  channels,
  bits,
});

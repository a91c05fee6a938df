import { createBudget } from '../../system/budget.js';
import type { NetworkFile } from '../../contract/engine.js';
import { SrganError } from '../../system/errors.js';
import type { Pixels, SpilledPixels } from '../../contract/job.js';
import { bandBytes } from '../plan/image-memory.js';
import type { Run } from '../run.js';
import { bandsOf, heightOf, type Band, planTiles } from '../../network/tiles/plan-tiles.js';
import { createBuffers } from '../../network/workers/buffers.js';
import { diskFailure, bytesOf, rowBytes, viewOf, blocksOf, samplesIn } from './layout.js';
import { spillInto, withSamples, type SampleFile } from './sample-file.js';
import type { MakeTemp } from '../../system/files/temp-files.js';
import { marginsFor } from '../../network/tiles/small-sides.js';
import { narrowRows, widenRows, type Margins } from '../../pixels/edge-pixels.js';

/**
 * Runs one pass over an image on disk in bands of whole tile rows; the result is the same as in memory. As many bands
 * are queued as the memory allows, at least one.
 * @throws SrganError E_TOO_LARGE, E_CANCELLED, E_ENGINE, E_VERIFY, E_WORKER_LOST, E_NOSPC, E_WRITE
 */
export async function upscaleSpilled(
  run: Run,
  network: NetworkFile,
  spilled: SpilledPixels,
  output: string,
  makeTemp: MakeTemp,
): Promise<SpilledPixels> {
  const { factor, title, means } = network;
  if (means) {
    const sentence = `it is too large for ${title}, which looks at the whole of an image.`;
    throw new SrganError('E_TOO_LARGE', sentence, { hint: '--max-memory sets what images may hold.' });
  }
  const { tile: tilePx, tta, verify } = run.settings;
  const { signal } = run;
  const { file, ...before } = spilled;
  const { widthPx, pageHeightPx, pages } = before;
  const after = { ...before, widthPx: widthPx * factor, pageHeightPx: pageHeightPx * factor };
  const page = { widthPx, heightPx: pageHeightPx };
  const rows = planTiles(page, network, tilePx);
  const bytesPerRow = rowBytes(before) * (1 + factor ** 2);
  const room = createBudget(bandBytes(run.settings));
  // kept until the end of the pass, since released buffers are freed only after a garbage collection in every thread
  const buffers = createBuffers(Infinity);
  // two bands, so that the workers do not wait between them
  const mostRows = room.totalBytes / 2 / bytesPerRow;
  const working: Promise<void>[] = [];
  let failure: { error: unknown } | undefined;

  try {
    const enlarged = await spillInto(await makeTemp(), after, (to) =>
      withSamples(spilled, 'r', async (from) => {
        for (let index = 0; index < pages; index++) {
          for (const band of bandsOf(rows, mostRows)) await begin(from, to, index, band);
        }
        await Promise.all(working);
        if (failure) throw failure.error;
      }),
    );
    file.remove();
    return enlarged;
  } catch (error) {
    throw diskFailure(output, error);
  }

  async function begin(from: SampleFile, to: SampleFile, index: number, band: Band): Promise<void> {
    const giveBack = await room.take(heightOf(band.window) * bytesPerRow);
    if (failure) {
      giveBack();
      return;
    }
    const work = enlarge(from, to, index, band).catch((error: unknown) => {
      failure ??= { error };
    });
    working.push(work.finally(giveBack));
  }

  async function enlarge(from: SampleFile, to: SampleFile, index: number, band: Band): Promise<void> {
    const { core, window, tileRows } = band;
    const buffer = buffers.take(heightOf(window) * rowBytes(before));
    let result: Pixels | undefined;
    try {
      const data = viewOf(buffer, heightOf(window) * rowBytes(before), before.bits);
      await from.read(index * pageHeightPx + window.start, bytesOf(data));
      const pixels: Pixels = { ...before, data, pages: 1, topPx: window.start };
      result = await run.tiles.upscale({ network, pixels, tileRows, buffers, tta, verify, tilePx, signal });
      await to.write((index * pageHeightPx + core.start) * factor, bytesOf(result.data));
    } finally {
      buffers.give(buffer);
      if (result) buffers.give(result.data.buffer);
    }
  }
}

/** As withPaddedSides of stages/upscale.ts, for an image on disk: it is long, but has a small side. */
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

import { createBudget } from '../../system/budget.js';
import type { NetworkFile } from '../../contract/engine.js';
import { SrganError } from '../../system/errors.js';
import type { Pixels, SpilledPixels } from '../../contract/job.js';
import { bandBytes } from '../plan/image-memory.js';
import type { Run } from '../run.js';
import { bandsOf, heightOf, type Band, planTiles } from '../../network/tiles/plan-tiles.js';
import { createBuffers } from '../../network/workers/buffers.js';
import { diskFailure } from './disk-failure.js';
import { bytesOf, rowBytes, viewOf } from './layout.js';
import { spillInto, withSamples, type SampleFile } from './sample-file.js';
import type { MakeTemp } from '../../system/files/temp-files.js';

/**
 * One pass over an image on disk, in bands of whole rows of its tiles: the result is the same as in memory. As
 * many bands are in the workers' queue as their memory allows, at least one.
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
  // held until the end of the pass: what is let go is free only when every thread has collected its garbage
  const buffers = createBuffers(Infinity);
  // two bands, so that the workers need not wait between them
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

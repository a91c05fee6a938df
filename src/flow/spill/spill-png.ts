import { bandsOf } from '../../pixels/codec/png/deflate-band.js';
import type { Band, Rows } from '../../contract/ports.js';
import { openPngBody, pngStart } from '../../pixels/codec/png/png-file.js';
import { open } from '../../system/files/fs.js';
import type { Carried, SpilledPixels } from '../../contract/job.js';
import type { TempFile } from '../../system/files/temp-files.js';
import type { Run } from '../run.js';
import { bytesOf, rowBytes, viewOf, writeAll } from './layout.js';
import { withSamples, type SampleFile } from './sample-file.js';

/** Bands, usually of 1 MiB, that are held and given to the workers at a time. */
const BANDS_PER_WORKER = 8;

/**
 * Encodes the first page of samples on disk as a PNG on the workers; the file is the same as from memory.
 * @throws SrganError E_CANCELLED, E_ENCODE, E_WORKER_LOST
 */
export async function pngSpilled(
  run: Pick<Run, 'settings' | 'tiles' | 'buffers' | 'signal'>,
  spilled: SpilledPixels,
  carried: Carried,
  target: TempFile,
): Promise<void> {
  const bands = bandsOf(spilled.pageHeightPx, rowBytes(spilled));
  const body = openPngBody();
  const file = await open(target.path, 'wx');
  let at = 0;
  const put = async (parts: readonly Uint8Array[]) => {
    for (const part of parts) {
      await writeAll(file, part, at);
      at += part.length;
    }
  };
  try {
    await put([pngStart(spilled, spilled.bits, carried)]);
    await withSamples(spilled, 'r', async (samples) => {
      const count = BANDS_PER_WORKER * run.settings.threads;
      for (let first = 0; first < bands.length; first += count) {
        const together = bands.slice(first, first + count);
        for (const band of await deflated(run, spilled, samples, together)) await put(body.add(band));
      }
    });
    await put(body.end());
  } finally {
    await file.close();
  }
}

async function deflated(
  { settings, tiles, buffers, signal }: Pick<Run, 'settings' | 'tiles' | 'buffers' | 'signal'>,
  spilled: SpilledPixels,
  samples: SampleFile,
  bands: readonly Rows[],
): Promise<readonly Band[]> {
  const [from] = bands[0] ?? [0, 0];
  const [, to] = bands.at(-1) ?? [0, 0];
  // the filters read the row above
  const topPx = Math.max(0, from - 1);
  const bytes = (to - topPx) * rowBytes(spilled);
  const buffer = buffers.take(bytes);
  try {
    const data = viewOf(buffer, bytes, spilled.bits);
    await samples.read(topPx, bytesOf(data));
    const { widthPx, pageHeightPx, channels } = spilled;
    const pixels = { data, widthPx, pageHeightPx, channels, pages: 1, topPx };
    return await tiles.deflate({ pixels, bands, fast: settings.fastPng, signal });
  } finally {
    buffers.give(buffer);
  }
}

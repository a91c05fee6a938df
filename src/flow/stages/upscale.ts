import { prefixWithPath } from '../../system/cancellation.js';
import type { Decoded, Pixels, SpilledImage, Upscaled } from '../../contract/job.js';
import { passesOf } from '../plan/passes.js';
import type { Run } from '../run.js';
import { tempFilesFor } from '../../system/files/temp-files.js';
import { spilledWithWideSides, upscaleSpilled } from '../spill/spill-upscale.js';
import { withImageSignal, type Work } from './stage.js';
import type { Ticket } from '../ticket.js';
import type { NetworkFile } from '../../contract/engine.js';
import { SrganError } from '../../system/errors.js';
import type { Buffers } from '../../contract/ports.js';
import { marginsFor } from '../../network/tiles/small-sides.js';
import { narrowRows, widenRows, type Margins } from '../../pixels/edge-pixels.js';

/**
 * Runs the job's passes in sequence; without passes the pixels stay unchanged. The buffers of a pass are released at
 * once, that of the last result when the source has ended.
 * @throws SrganError E_CANCELLED, E_MODEL, E_ENGINE, E_VERIFY, E_WORKER_LOST, E_TOO_LARGE
 */
export function upscale(run: Run): Work<Decoded, Upscaled> {
  const { settings, networks, tiles, buffers } = run;

  return async (decoded, ticket) => {
    if ('spilled' in decoded) return onDisk(withImageSignal(run, ticket), decoded, ticket);
    if (!('pixels' in decoded)) return decoded;
    const { path } = decoded.job.source;
    const { signal } = withImageSignal(run, ticket);
    let between: Pixels | undefined;
    const letGo = () => {
      if (between) buffers.give(between.data.buffer);
      between = undefined;
    };
    ticket.defer(letGo);
    try {
      for (const { model, factor } of passesOf(decoded.job)) {
        const network = await networks.load(model, factor);
        const pixels = between ?? decoded.pixels;
        const { tta, verify, tile: tilePx } = settings;
        // the frames of an animation are much alike
        const reuse = pixels.pages > 1;
        const enlarged = await withPaddedSides(pixels, network, buffers, (wide) =>
          retryUnfolded(network, ticket.warnings, (way) =>
            tiles.upscale({ network: way, pixels: wide, tta, verify, tilePx, reuse, signal }),
          ),
        );
        letGo();
        between = enlarged;
      }
    } catch (error) {
      throw prefixWithPath(path, error);
    }
    return { ...decoded, pixels: between ?? decoded.pixels };
  };
}

async function onDisk(run: Run, image: SpilledImage, ticket: Ticket): Promise<SpilledImage> {
  const { job } = image;
  const makeTemp = tempFilesFor(job.tempBeside, ticket);
  let { spilled } = image;
  try {
    for (const { model, factor } of passesOf(job)) {
      const network = await run.networks.load(model, factor);
      const before = spilled;
      spilled = await spilledWithWideSides(before, network, makeTemp, (wide) =>
        retryUnfolded(network, ticket.warnings, (way) =>
          upscaleSpilled(run, way, wide, job.tempBeside, makeTemp),
        ),
      );
    }
  } catch (error) {
    throw prefixWithPath(job.source.path, error);
  }
  return { ...image, spilled };
}

/**
 * Enlarges an image. Where --verify finds the result wrong, enlarges it again with the network as published, without
 * folding and without the variants built for tiles.
 * @param warnings gets a sentence where the second attempt was needed
 * @throws SrganError E_VERIFY where there is no other form of the network, or its result is wrong as well
 */
export async function retryUnfolded<T>(
  network: NetworkFile,
  warnings: string[],
  enlarge: (network: NetworkFile) => Promise<T>,
): Promise<T> {
  try {
    return await enlarge(network);
  } catch (error) {
    if (!(error instanceof SrganError) || error.code !== 'E_VERIFY') throw error;
    // a network that uses means over the whole image has its forms in other files
    if ((!network.tiled && !network.narrowed && !network.native) || network.means) throw error;
    const enlarged = await enlarge({ ...network, tiled: undefined, narrowed: undefined, native: undefined });
    warnings.push(`Done again without folding, since ${error.message}`);
    return enlarged;
  }
}

/** Enlarges an image after padding sides that are too small for the network; the padding is cropped again. */
export async function withPaddedSides(
  pixels: Pixels,
  network: NetworkFile,
  buffers: Buffers,
  enlarge: (pixels: Pixels) => Promise<Pixels>,
): Promise<Pixels> {
  const margins = marginsFor({ widthPx: pixels.widthPx, heightPx: pixels.pageHeightPx }, network);
  if (!margins) return enlarge(pixels);
  const wide = widened(pixels, margins, buffers);
  let enlarged: Pixels | undefined;
  try {
    enlarged = await enlarge(wide);
    const { factor } = network;
    const around = { acrossPx: margins.acrossPx * factor, downPx: margins.downPx * factor };
    return narrowed(enlarged, around, buffers);
  } finally {
    buffers.give(wide.data.buffer);
    if (enlarged) buffers.give(enlarged.data.buffer);
  }
}

function widened(pixels: Pixels, { acrossPx, downPx }: Margins, buffers: Buffers): Pixels {
  const { widthPx, pageHeightPx, pages, channels } = pixels;
  const wide = roomFor(pixels, widthPx + 2 * acrossPx, pageHeightPx + 2 * downPx, buffers);
  const row = widthPx * channels;
  const wideRow = wide.widthPx * channels;
  for (let page = 0; page < pages; page += 1) {
    for (let y = 0; y < wide.pageHeightPx; y += 1) {
      const from = page * pageHeightPx + Math.min(pageHeightPx - 1, Math.max(0, y - downPx));
      const to = page * wide.pageHeightPx + y;
      const into = wide.data.subarray(to * wideRow, (to + 1) * wideRow);
      widenRows(pixels.data.subarray(from * row, (from + 1) * row), into, widthPx, channels, acrossPx);
    }
  }
  return wide;
}

function narrowed(wide: Pixels, { acrossPx, downPx }: Margins, buffers: Buffers): Pixels {
  const { widthPx, pageHeightPx, pages, channels } = wide;
  const result = roomFor(wide, widthPx - 2 * acrossPx, pageHeightPx - 2 * downPx, buffers);
  const pageSamples = result.widthPx * result.pageHeightPx * channels;
  for (let page = 0; page < pages; page += 1) {
    const from = wide.data.subarray((page * pageHeightPx + downPx) * widthPx * channels);
    const into = result.data.subarray(page * pageSamples, (page + 1) * pageSamples);
    narrowRows(from, into, widthPx, channels, acrossPx);
  }
  return result;
}

function roomFor(like: Pixels, widthPx: number, pageHeightPx: number, buffers: Buffers): Pixels {
  const samples = widthPx * pageHeightPx * like.pages * like.channels;
  const buffer = buffers.take(samples * like.data.BYTES_PER_ELEMENT);
  const data =
    like.data instanceof Uint16Array
      ? new Uint16Array(buffer, 0, samples)
      : new Uint8Array(buffer, 0, samples);
  return { ...like, data, widthPx, pageHeightPx };
}

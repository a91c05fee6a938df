import { prefixWithPath } from '../../system/cancellation.js';
import type { Decoded, Pixels, SpilledImage, Upscaled } from '../../contract/job.js';
import { passesOf } from '../plan/passes.js';
import type { Run } from '../run.js';
import { tempFilesFor } from '../../system/files/temp-files.js';
import { spilledWithWideSides } from '../spill/small-spilled.js';
import { upscaleSpilled } from '../spill/spill-upscale.js';
import { within } from './time-limit.js';
import { withWideSides } from './small-image.js';
import { withSecondWay } from './second-way.js';
import type { Work } from './stage.js';
import type { Ticket } from '../ticket.js';

/**
 * Runs the job's passes one after the other; without any, the pixels stay as they are. What a pass leaves
 * behind is given back at once, the last result when the source has ended.
 * @throws SrganError E_CANCELLED, E_MODEL, E_ENGINE, E_VERIFY, E_WORKER_LOST, E_TOO_LARGE
 */
export function upscale(run: Run): Work<Decoded, Upscaled> {
  const { settings, networks, tiles, buffers } = run;

  return async (decoded, ticket) => {
    if ('spilled' in decoded) return onDisk(within(run, ticket), decoded, ticket);
    if (!('pixels' in decoded)) return decoded;
    const { path } = decoded.job.source;
    const { signal } = within(run, ticket);
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
        const enlarged = await withWideSides(pixels, network, buffers, (wide) =>
          withSecondWay(network, ticket.warnings, (way) =>
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
        withSecondWay(network, ticket.warnings, (way) =>
          upscaleSpilled(run, way, wide, job.tempBeside, makeTemp),
        ),
      );
    }
  } catch (error) {
    throw prefixWithPath(job.source.path, error);
  }
  return { ...image, spilled };
}

import { named } from '../codec/cancelled.js';
import type { Decoded, Pixels, Upscaled } from '../job.js';
import type { Run } from '../run.js';
import type { Work } from './stage.js';

/**
 * Runs the job's passes one after the other; without any, the pixels stay as they are. What a pass leaves
 * behind is given back at once, the last result when the source has ended.
 * @throws SrganError E_CANCELLED, E_MODEL, E_ENGINE, E_WORKER_LOST, E_TOO_LARGE
 */
export function upscale(run: Run): Work<Decoded, Upscaled> {
  const { settings, networks, tiles, buffers, signal } = run;

  return async (decoded, ticket) => {
    if (!('pixels' in decoded)) return decoded;
    const { path } = decoded.job.source;
    let between: Pixels | undefined;
    const letGo = () => {
      if (between) buffers.give(between.data.buffer);
      between = undefined;
    };
    ticket.defer(letGo);
    try {
      for (const factor of decoded.job.passes) {
        const network = await networks.load(decoded.job.model, factor);
        const pixels = between ?? decoded.pixels;
        const { tta, tile: tilePx } = settings;
        const enlarged = await tiles.upscale({ network, pixels, tta, tilePx, signal });
        letGo();
        between = enlarged;
      }
    } catch (error) {
      throw named(path, error);
    }
    return { ...decoded, pixels: between ?? decoded.pixels };
  };
}

import { resample, type Rgb } from '../../src/apps/train/resample.js';
import type { Pixels } from '../../src/contract/job.js';
import { choosePasses, passesOf } from '../../src/flow/plan/passes.js';
import { openMachinery } from '../../src/flow/machinery.js';
import { resolveOptions } from '../../src/flow/settings.js';

export const LANCZOS3 = 'lanczos3';

/** Enlarges pictures in memory as a run does: the network's passes, then lanczos3 to the exact size. */
export interface Enlarger {
  enlarge(small: Rgb, factor: number): Promise<Rgb>;
  close(): Promise<void>;
}

/** @param model as --model takes it, or lanczos3 for a plain resize in exact arithmetic */
export async function openEnlarger(model: string): Promise<Enlarger> {
  if (model === LANCZOS3) {
    return {
      enlarge: (small, factor) =>
        Promise.resolve(resample(small, small.widthPx * factor, small.heightPx * factor, LANCZOS3)),
      close: () => Promise.resolve(),
    };
  }
  const machinery = await openMachinery(await resolveOptions({ inputs: ['.'], model }), () => undefined);
  const { networks, tiles, buffers } = machinery;
  const { factors } = await networks.describe(model);
  return {
    async enlarge(small, factor) {
      const data = new Uint8Array(new SharedArrayBuffer(small.data.length));
      data.set(small.data);
      let pixels: Pixels = {
        data,
        widthPx: small.widthPx,
        pageHeightPx: small.heightPx,
        pages: 1,
        channels: 3,
      };
      for (const pass of passesOf({ model, passes: choosePasses(factor, factors) })) {
        const network = await networks.load(pass.model, pass.factor);
        const signal = new AbortController().signal;
        pixels = await tiles.upscale({ network, pixels, tta: false, tilePx: undefined, signal });
      }
      const large = {
        data: Uint8Array.from(pixels.data),
        widthPx: pixels.widthPx,
        heightPx: pixels.pageHeightPx,
      };
      buffers.give(pixels.data.buffer);
      const [widthPx, heightPx] = [small.widthPx * factor, small.heightPx * factor];
      return large.widthPx === widthPx ? large : resample(large, widthPx, heightPx, LANCZOS3);
    },
    close: () => machinery.close(),
  };
}

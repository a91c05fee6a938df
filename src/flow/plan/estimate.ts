import type { Estimate } from '../summary.js';
import { performance } from 'node:perf_hooks';
import type { Outcome, Pixels } from '../../contract/job.js';
import type { Run } from '../run.js';
import { passesOf } from './passes.js';

export interface Estimating {
  add(outcome: Outcome): Promise<void>;
  close(): Promise<Estimate>;
}

const SAMPLE_SIDE_PX = 256;

/**
 * Sums up a dry run; at the end the speed is measured on noise with the run's own workers.
 * @param inFlight limit of the images between decode and write
 */
export function openEstimate(
  {
    networks,
    tiles,
    buffers,
    settings,
    signal,
  }: Pick<Run, 'networks' | 'tiles' | 'buffers' | 'settings' | 'signal'>,
  inFlight: number,
): Estimating {
  const largest: number[] = [];
  let multiplyAdds = 0;

  return {
    async add({ status, predictedBytes = 0, model, passes = [], ...image }) {
      if (status !== 'planned') return;
      largest.push(predictedBytes);
      largest.sort((a, b) => b - a).splice(inFlight);
      if (model === undefined) return;
      const { inputWidthPx = 0, inputHeightPx = 0, pages = 1 } = image;
      let pixels = inputWidthPx * inputHeightPx * pages;
      for (const pass of passesOf({ model, passes })) {
        const { factor, macsPerPixel } = await networks.load(pass.model, pass.factor);
        multiplyAdds += pixels * macsPerPixel;
        pixels *= factor ** 2;
      }
    },
    async close() {
      const held = largest.reduce((sum, bytes) => sum + bytes, 0);
      const inFlightBytes = Math.min(held, Math.max(settings.maxMemory, largest[0] ?? 0));
      return { inFlightBytes, ms: multiplyAdds > 0 ? multiplyAdds / (await multiplyAddsPerMs()) : undefined };
    },
  };

  async function multiplyAddsPerMs(): Promise<number> {
    const { defaultFactor } = await networks.describe(settings.model);
    const network = await networks.load(settings.model, defaultFactor);
    const request = { network, pixels: noise(), tta: false, tilePx: settings.tile, signal };
    let ms = 0;
    // the first run starts the workers and loads the network
    for (let turn = 0; turn < 2; turn += 1) {
      const startMs = performance.now();
      buffers.give((await tiles.upscale(request)).data.buffer);
      ms = performance.now() - startMs;
    }
    return (SAMPLE_SIDE_PX ** 2 * network.macsPerPixel) / (settings.tta ? 8 * ms : ms);
  }
}

function noise(): Pixels {
  const data = new Uint8Array(new SharedArrayBuffer(3 * SAMPLE_SIDE_PX ** 2));
  for (let at = 0, state = 1; at < data.length; at += 1) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    data[at] = state >>> 24;
  }
  return { data, widthPx: SAMPLE_SIDE_PX, pageHeightPx: SAMPLE_SIDE_PX, pages: 1, channels: 3 };
}

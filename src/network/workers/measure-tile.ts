import { performance } from 'node:perf_hooks';
import type { Network } from '../../contract/engine.js';
import { SrganError } from '../../system/errors.js';
import type { Rect } from '../../contract/tiles.js';
import { pageOf, readAlpha, readColour } from '../tiles/planes.js';
import { shareOf } from '../tiles/grid.js';
import { turnSides, swapsAxes, turnPlanes, TURNS } from '../tiles/sides.js';
import type { Floats } from './floats.js';
import type { TileOrder, TileSums, ToMeasure } from './messages.js';

/**
 * Runs one step towards the means over an image on one tile: its colour, then its alpha where that is wanted,
 * each in every turn of --tta.
 * @returns undefined where the image was dropped
 * @throws SrganError E_ENGINE
 */
export async function measureTile(
  image: ToMeasure,
  { page: pageIndex, tile }: TileOrder,
  network: Network,
  floats: Floats,
): Promise<{ sums: TileSums; inferMs: number } | undefined> {
  const { factor, title, alignPx = 1, features = { channels: 3, extraPx: 0 } } = image.network;
  const { core, window, covered, halo } = tile;
  const page = pageOf(image.source, pageIndex);
  const sums: Float64Array[] = [];
  let inferMs = 0;

  const layers = image.alpha ? [readColour, readAlpha] : [readColour];
  for (const read of layers) {
    const planes = floats.take('planes', 3 * window.widthPx * window.heightPx);
    for (let turn = 0; turn < (image.tta ? TURNS : 1); turn += 1) {
      if (Atomics.load(image.dropped, 0) !== 0) return undefined;
      // the network may change what it is given
      read(page, window, planes);
      const turned = floats.take('turned', planes.length);
      turnPlanes(planes, window.widthPx, window.heightPx, turn, turned);
      const [acrossPx, downPx] = swapsAxes(turn)
        ? [window.heightPx, window.widthPx]
        : [window.widthPx, window.heightPx];
      const startMs = performance.now();
      const givens = image.givens[pageIndex]?.[sums.length];
      const values = await network.run(turned, acrossPx, downPx, givens, halo && turnSides(halo, turn));
      inferMs += performance.now() - startMs;
      const width = (swapsAxes(turn) ? covered.heightPx : covered.widthPx) * factor + features.extraPx;
      const share = shareOf(
        page,
        { core, window: covered },
        alignPx,
        { factor, extraPx: features.extraPx },
        turn,
      );
      sums.push(sumsOf(values, features.channels, width, share));
    }
  }
  if (sums.some((sum) => !sum.every(Number.isFinite))) {
    throw new SrganError('E_ENGINE', `${title}: gave values that are no numbers.`);
  }
  return { sums, inferMs };
}

function sumsOf(values: Float32Array, channels: number, width: number, share: Rect): Float64Array {
  const area = values.length / channels;
  const sums = new Float64Array(channels);
  for (let channel = 0; channel < channels; channel += 1) {
    let sum = 0;
    for (let y = share.yPx; y < share.yPx + share.heightPx; y += 1) {
      const from = channel * area + y * width + share.xPx;
      for (let at = from; at < from + share.widthPx; at += 1) sum += values[at] as number;
    }
    sums[channel] = sum;
  }
  return sums;
}

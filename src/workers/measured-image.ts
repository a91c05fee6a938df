import type { NetworkFile } from '../engines/engine.js';
import type { Pixels } from '../job.js';
import type { UpscaleRequest } from '../run.js';
import { hasAlpha } from '../tiles/planes.js';
import { wholeBlocks } from '../tiles/share.js';
import type { TileOrder, TileSums } from './messages.js';
import { openTiledImage, type TiledImage } from './tiled-image.js';

/** Means over an image that are found so far: by page, by run (colour and alpha, each in its turns), by step. */
export type FoundMeans = readonly (readonly (readonly Float32Array[])[])[];

export interface MeasuredImage extends TiledImage {
  /** Once it has ended without a failure: what was found before, and the mean of this step. */
  means(): FoundMeans;
}

/**
 * An image whose tiles are run for one mean. The sums of the tiles are added in the order of the tiles, whoever
 * made them, so that the mean is the same for any number of workers.
 */
export function openMeasuredImage(
  id: number,
  request: UpscaleRequest,
  step: NetworkFile,
  found: FoundMeans,
): MeasuredImage {
  const { pixels } = request;
  const sumsOfTiles = new Map<TileOrder, TileSums | undefined>();
  const measuresAlpha = hasAlpha(pixels) && alphaVaries(pixels);
  const tiled = openTiledImage(
    id,
    { ...request, network: step },
    { givens: chosen(step, found), measuresAlpha },
  );

  return {
    ...tiled,
    get waitingTiles() {
      return tiled.waitingTiles;
    },
    get failure() {
      return tiled.failure;
    },
    get ended() {
      return tiled.ended;
    },
    take() {
      const order = tiled.take();
      if (!sumsOfTiles.has(order)) sumsOfTiles.set(order, undefined);
      return order;
    },
    settle(order, sums) {
      if (order && sums) sumsOfTiles.set(order, sums);
      tiled.settle();
    },
    means() {
      const { factor, alignPx = 1, features = { channels: 3, extraPx: 0 } } = step;
      const { widthPx, heightPx } = wholeBlocks(
        { widthPx: pixels.widthPx, heightPx: pixels.pageHeightPx },
        alignPx,
      );
      const turned = (lengthPx: number) => lengthPx * factor + features.extraPx;
      const positions = turned(widthPx) * turned(heightPx);
      return Array.from({ length: pixels.pages }, (_, page) => {
        const tiles = [...sumsOfTiles]
          .filter(([order]) => order.page === page)
          .flatMap(([, sums]) => (sums ? [sums] : []));
        return (tiles[0] ?? []).map((_, run) => [
          ...(found[page]?.[run] ?? []),
          meanOf(
            tiles.map((sums) => sums[run] ?? new Float64Array(0)),
            positions,
          ),
        ]);
      });
    },
  };
}

/** Those that a network names, out of all that were found. */
export function chosen({ givens = [] }: NetworkFile, found: FoundMeans): FoundMeans {
  return found.map((runs) => runs.map((means) => givens.map((step) => means[step] ?? new Float32Array(0))));
}

function meanOf(sums: readonly Float64Array[], positions: number): Float32Array {
  const channels = sums[0]?.length ?? 0;
  return Float32Array.from({ length: channels }, (_, channel) => {
    const sum = sums.reduce((total, tile) => total + (tile[channel] ?? 0), 0);
    return sum / positions;
  });
}

function alphaVaries({ data, channels }: Pixels): boolean {
  const first = data[channels - 1];
  for (let at = channels - 1; at < data.length; at += channels) if (data[at] !== first) return true;
  return false;
}

import type { NetworkFile } from '../../contract/engine.js';
import type { Pixels } from '../../contract/job.js';
import type { UpscaleRequest } from '../../contract/ports.js';
import { hasAlpha } from '../tiles/planes.js';
import { wholeBlocks } from '../tiles/grid.js';
import type { Means, Order, Product, TileSums, ToMeasure } from './messages.js';
import type { Pieces } from './pieces.js';
import { tilePieces } from './tiled-image.js';

/** An image whose tiles are run for one mean. */
export interface MeasuredImage {
  readonly shared: ToMeasure;
  readonly pieces: Pieces;
  /** Takes what came of an order. */
  put(order: Order, product: Product): void;
  /** Once the pieces have ended: what was found before, and the mean of this step. */
  means(): Means;
}

/** @param found the means of the steps before */
export function openMeasuredImage(
  id: number,
  request: UpscaleRequest,
  step: NetworkFile,
  found: Means,
): MeasuredImage {
  const { pixels, tta } = request;
  const pieces = tilePieces(id, { ...request, network: step });
  const { dropped } = pieces;
  const alpha = hasAlpha(pixels) && alphaVaries(pixels);
  const givens = chosen(step, found);
  const sumsOfTiles: TileSums[] = [];

  return {
    pieces,
    shared: { kind: 'measure', id, network: step, source: pixels, alpha, tta, givens, dropped },
    put(order, { sums }) {
      if (order.kind === 'tile' && sums) sumsOfTiles[order.index] = sums;
    },
    means() {
      const positions = positionsOf(pixels, step);
      const tiles = sumsOfTiles.length / pixels.pages;
      return Array.from({ length: pixels.pages }, (_, page) => {
        const ofPage = sumsOfTiles.slice(page * tiles, (page + 1) * tiles);
        return (ofPage[0] ?? []).map((first, run) => [
          ...(found[page]?.[run] ?? []),
          meanOf(
            ofPage.map((sums) => sums[run] ?? new Float64Array(first.length)),
            positions,
          ),
        ]);
      });
    },
  };
}

/** Those that a network names, out of all that were found. */
export function chosen({ givens = [] }: NetworkFile, found: Means): Means {
  return found.map((runs) => runs.map((means) => givens.map((step) => means[step] ?? new Float32Array(0))));
}

/** Of the tensor that a step makes of a page. */
function positionsOf({ widthPx, pageHeightPx: heightPx }: Pixels, step: NetworkFile): number {
  const { factor, alignPx = 1, features = { channels: 3, extraPx: 0 } } = step;
  const page = wholeBlocks({ widthPx, heightPx }, alignPx);
  return (page.widthPx * factor + features.extraPx) * (page.heightPx * factor + features.extraPx);
}

/** The sums are added in the order of the tiles, whoever made them: the same for any number of workers. */
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

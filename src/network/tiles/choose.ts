import type { NetworkFile, TiledNetwork } from '../../contract/engine.js';
import { gridBySide, type Grid } from './grid.js';
import type { PageSize } from '../../contract/tiles.js';
import { ALL_OPEN, sidesIndex } from './sides.js';
import { macsOfTile } from './tile-macs.js';

export type TileCosts = Pick<
  NetworkFile,
  'radiusPx' | 'feltPx' | 'alignPx' | 'macsPerPixel' | 'liveFloatsPerPixel' | 'means'
>;

/**
 * What a tile holds is weighed against what its halo wastes: a tile that holds this much counts as dear as
 * one that is computed twice. Every worker holds a tile.
 */
export const DOUBLING_BYTES = 128 * 2 ** 20;

/** One tile is a few seconds of one core at most: a worker is never interrupted inside it. */
const MOST_TILE_MACS = 256e9;

/** Handing a tile over, in pixels that could be computed meanwhile. */
const HANDOVER_PX = 2000;

/** The same in multiply-adds, for networks that are made for tiles. */
export const TILE_MACS = 50e6;

export const MOST_SIDE_PX = 1024;

/**
 * Deep networks reach farther than they look: of the 349 px of realesrgan-x4plus, measured with noise and with
 * a photograph, what lies beyond 64 px moves no value by more than 0.25 of 255.
 */
export const MOST_HALO_PX = 64;

/** Width of the halo that makes a tile equal to its part of the whole image. */
export function haloOf({ radiusPx, feltPx = MOST_HALO_PX }: Pick<TileCosts, 'radiusPx' | 'feltPx'>): number {
  return Math.min(radiusPx, feltPx);
}

/**
 * The grid of a page, from its size, the network and the option alone, so that the result is the same for
 * any number of workers.
 * @param sidePx of a tile without its halo, where it is stated
 */
export function chooseGrid(page: PageSize, network: TileCosts, sidePx: number | undefined): Grid {
  if (sidePx !== undefined) return gridBySide(page, sidePx, network.alignPx);
  const windowPx = largestWindowSide(network);
  const mostPx = Math.max(windowPx ** 2, mostWholePx(network));
  if (page.widthPx * page.heightPx <= mostPx) return { columns: 1, rows: 1 };
  return gridBySide(page, windowPx - 2 * haloOf(network), network.alignPx);
}

/** A network that looks at means goes over the tiles of an image once for each: better not to cut it at all. */
function mostWholePx({ macsPerPixel, liveFloatsPerPixel, means }: TileCosts): number {
  if (!means) return 0;
  const again = means.steps.reduce((sum, step) => sum + step.macsPerPixel / macsPerPixel, 0);
  const mostBytes = DOUBLING_BYTES * Math.max(1, again);
  return Math.min(MOST_TILE_MACS / macsPerPixel, mostBytes / (4 * liveFloatsPerPixel));
}

/** Side of the largest tile, halo included, where none is stated: a pixel of its core costs least. */
export function largestWindowSide(network: TileCosts): number {
  const halo = haloOf(network);
  const soonDone = Math.floor(Math.sqrt(MOST_TILE_MACS / network.macsPerPixel));
  // however dear a pixel is, the core stays as wide as the halo on both of its sides
  const most = Math.max(4 * halo, Math.min(soonDone, MOST_SIDE_PX));
  let best = most;
  let least = Infinity;
  for (let side = 2 * halo + 1; side <= most; side += 1) {
    const waste = (side ** 2 + HANDOVER_PX) / (side - 2 * halo) ** 2;
    const bytes = 4 * network.liveFloatsPerPixel * side ** 2;
    const cost = waste * (1 + bytes / DOUBLING_BYTES);
    if (cost < least) [best, least] = [side, cost];
  }
  return best;
}

/** The same for a network made for tiles: the side of a tile without what it reads beyond. */
export function openTileSide({ bySides, liveFloatsPerPixel }: TiledNetwork, radiusPx: number): number {
  const { work } = bySides[sidesIndex(ALL_OPEN)] ?? {};
  if (!work) throw new RangeError('There is no form for a tile inside the image.');
  const soonDone = Math.floor(Math.sqrt(MOST_TILE_MACS / work.perPixel));
  const most = Math.max(2 * radiusPx, Math.min(soonDone, MOST_SIDE_PX), 1);
  let best = most;
  let least = Infinity;
  for (let side = 1; side <= most; side += 1) {
    const macs = macsOfTile(work, side, side) + TILE_MACS;
    const bytes = 4 * liveFloatsPerPixel * (side + 2 * radiusPx) ** 2;
    const cost = (macs / side ** 2) * (1 + bytes / DOUBLING_BYTES);
    if (cost < least) [best, least] = [side, cost];
  }
  return best;
}

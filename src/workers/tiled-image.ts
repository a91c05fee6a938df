import type { SrganError } from '../errors.js';
import type { Buffers, UpscaleRequest } from '../run.js';
import type { Pixels } from '../job.js';
import { chooseGrid, haloOf } from '../tiles/choose.js';
import { tileAt, type Grid } from '../tiles/grid.js';
import type { SharedImage, TileOrder, TileSums } from './messages.js';
import type { Waiting } from './turn-taking.js';

/** An image on its way through the workers. */
export interface TiledImage extends Waiting {
  readonly shared: SharedImage;
  /** Takes the next order; only while there are waiting tiles. */
  take(): TileOrder;
  /** An order has ended, with what it measured. */
  settle(order?: TileOrder, sums?: TileSums): void;
  /** An order that was never begun, for another worker. */
  putBack(order: TileOrder): void;
  /** Drops the waiting tiles; the first failure counts. */
  fail(error: SrganError): void;
  readonly failure: SrganError | undefined;
  /** No tile waits and none is in hand. */
  readonly ended: boolean;
}

/** @param purpose what becomes of the tiles */
export function openTiledImage(
  id: number,
  request: UpscaleRequest,
  purpose: Pick<SharedImage, 'result' | 'measuresAlpha' | 'givens'>,
): TiledImage {
  const { network, pixels, tta } = request;
  const page = { widthPx: pixels.widthPx, heightPx: pixels.pageHeightPx };
  const grid = gridOf(request);
  const haloPx = haloOf(network);
  const tilesPerPage = grid.columns * grid.rows;
  const tiles = tilesPerPage * pixels.pages;
  const dropped = new Int32Array(new SharedArrayBuffer(4));
  const shared: SharedImage = { id, network, source: pixels, tta, dropped, ...purpose };

  const returned: TileOrder[] = [];
  let next = 0;
  let inHand = 0;
  let failure: SrganError | undefined;
  const waiting = () => (failure ? 0 : tiles - next + returned.length);

  return {
    shared,
    get waitingTiles() {
      return waiting();
    },
    get failure() {
      return failure;
    },
    get ended() {
      return waiting() === 0 && inHand === 0;
    },
    take() {
      inHand += 1;
      return returned.pop() ?? orderAt(next++);
    },
    settle: () => void (inHand -= 1),
    putBack(order) {
      inHand -= 1;
      returned.push(order);
    },
    fail(error) {
      failure ??= error;
      Atomics.store(dropped, 0, 1);
    },
  };

  function orderAt(index: number): TileOrder {
    const tile = tileAt(page, grid, index % tilesPerPage, haloPx, network.alignPx);
    return { image: id, page: Math.floor(index / tilesPerPage), tile };
  }
}

/** Tiles of one page. */
export function tileCount(request: UpscaleRequest): number {
  const { columns, rows } = gridOf(request);
  return columns * rows;
}

function gridOf({ network, pixels, tilePx }: UpscaleRequest): Grid {
  return chooseGrid({ widthPx: pixels.widthPx, heightPx: pixels.pageHeightPx }, network, tilePx);
}

/** Room for the enlarged image. */
export function takeResult({ pixels, network }: UpscaleRequest, buffers: Buffers): Pixels {
  const samples = pixels.data.length * network.factor ** 2;
  const buffer = buffers.take(samples * pixels.data.BYTES_PER_ELEMENT);
  return {
    ...pixels,
    data:
      pixels.data instanceof Uint16Array
        ? new Uint16Array(buffer, 0, samples)
        : new Uint8Array(buffer, 0, samples),
    widthPx: pixels.widthPx * network.factor,
    pageHeightPx: pixels.pageHeightPx * network.factor,
  };
}

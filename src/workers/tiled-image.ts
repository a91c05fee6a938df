import type { SrganError } from '../errors.js';
import type { Buffers, UpscaleRequest } from '../run.js';
import type { Pixels } from '../job.js';
import { planTiles } from '../tiles/plan.js';
import type { SharedImage, TileOrder } from './messages.js';
import type { Waiting } from './turn-taking.js';

/** An image on its way through the workers. */
export interface TiledImage extends Waiting {
  readonly shared: SharedImage;
  /** Takes the next order; only while there are waiting tiles. */
  take(): TileOrder;
  /** An order has ended. */
  settle(): void;
  /** An order that was never begun, for another worker. */
  putBack(order: TileOrder): void;
  /** Drops the waiting tiles; the first failure counts. */
  fail(error: SrganError): void;
  readonly failure: SrganError | undefined;
  /** No tile waits and none is in hand. */
  readonly ended: boolean;
}

export function openTiledImage(id: number, request: UpscaleRequest, result: Pixels): TiledImage {
  const { network, pixels, tilePx, tta } = request;
  const page = { widthPx: pixels.widthPx, heightPx: pixels.pageHeightPx };
  const plan = planTiles(page, network, tilePx);
  const tiles = plan.tiles * pixels.pages;
  const dropped = new Int32Array(new SharedArrayBuffer(4));
  const shared: SharedImage = { id, network, source: pixels, result, tta, dropped };

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
    return { image: id, page: Math.floor(index / plan.tiles), tile: plan.tileAt(index % plan.tiles) };
  }
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

import { setMaxListeners } from 'node:events';
import type { EngineSettings } from '../engines/engine.js';
import { SrganError } from '../errors.js';
import type { Pixels } from '../job.js';
import type { Buffers, TilePool, UpscaleRequest } from '../run.js';
import type { FromWorker, TileOrder } from './messages.js';
import { startTileWorker, type TileWorker } from './tile-worker.js';
import { chosen, openMeasuredImage, type FoundMeans } from './measured-image.js';
import { openTiledImage, takeResult, tileCount, type TiledImage } from './tiled-image.js';
import { takeTurns } from './turn-taking.js';

const WORKER = new URL('./worker.js', import.meta.url);

interface InFlight {
  readonly tiled: TiledImage;
  readonly settle: () => void;
}

/**
 * Our own pool rather than piscina: what matters is which image's tile goes next to which worker, what a
 * lost worker takes with it, and that no thread is ever terminated inside the runtime.
 * @param threads workers at most; each is started when there is a tile for it
 * @param workerUrl the module that the workers run
 */
export function openTilePool(
  threads: number,
  engine: EngineSettings,
  buffers: Buffers,
  workerUrl: URL = WORKER,
): TilePool {
  const crew: (TileWorker | undefined)[] = Array.from({ length: threads });
  const inferMs = new Array<number>(threads).fill(0);
  const busyMs = new Array<number>(threads).fill(0);
  const images = new Map<number, InFlight>();
  const inFlight = new Set<Promise<Pixels>>();
  const turns = takeTurns<TiledImage>();
  let lastId = 0;
  let tiles = 0;
  let closed: Promise<void> | undefined;

  return {
    upscale(request) {
      const work = enlarge(request);
      inFlight.add(work);
      const end = () => inFlight.delete(work);
      work.then(end, end);
      return work;
    },
    close: () => (closed ??= close()),
    get stats() {
      return { tiles, inferMs: [...inferMs], busyMs: [...busyMs] };
    },
  };

  async function enlarge(request: UpscaleRequest): Promise<Pixels> {
    const { means } = request.network;
    if (!means || tileCount(request) === 1) return enlargeGiven(request, []);
    let found: FoundMeans = [];
    for (const step of means.steps) {
      const measured = openMeasuredImage(++lastId, request, step, found);
      await follow(measured, request.signal);
      found = measured.means();
    }
    return enlargeGiven({ ...request, network: means.last }, found);
  }

  async function enlargeGiven(request: UpscaleRequest, found: FoundMeans): Promise<Pixels> {
    refuseWhenOver(request.signal);
    const result = takeResult(request, buffers);
    const givens = chosen(request.network, found);
    try {
      await follow(openTiledImage(++lastId, request, { result, givens }), request.signal);
      return result;
    } catch (error) {
      buffers.give(result.data.buffer);
      throw error;
    }
  }

  /** Resolves when all tiles of the image are done. */
  function follow(tiled: TiledImage, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      refuseWhenOver(signal);
      const abort = () => drop(image, cancelled(signal.reason));
      const settle = () => {
        signal.removeEventListener('abort', abort);
        if (tiled.failure) reject(tiled.failure);
        else resolve();
      };
      const image = { tiled, settle };
      // one listener per image in flight: no leak, however many there are
      setMaxListeners(0, signal);
      signal.addEventListener('abort', abort);
      images.set(tiled.shared.id, image);
      turns.add(tiled);
      dispatch();
    });
  }

  function refuseWhenOver(signal: AbortSignal): void {
    if (closed) throw new SrganError('E_INTERNAL', 'an image came after the workers were closed.');
    if (signal.aborted) throw cancelled(signal.reason);
  }

  function dispatch(): void {
    while (turns.waitingTiles > 0) {
      const worker = freeWorker();
      if (!worker) return;
      const image = turns.next();
      if (image) worker.order(image.shared, image.take());
    }
  }

  /**
   * One order in each worker's hand, and one in wait while tiles abound, so that a worker need not wait for
   * this thread; the last tiles go to whoever is free first.
   */
  function freeWorker(): TileWorker | undefined {
    const idle = crew.find((worker) => worker?.ordersInHand === 0);
    if (idle) return idle;
    const place = crew.findIndex((worker) => !worker);
    if (place >= 0) return (crew[place] = start(place));
    if (turns.waitingTiles <= threads) return undefined;
    return crew.find((worker) => worker?.ordersInHand === 1);
  }

  function start(place: number): TileWorker {
    return startTileWorker(workerUrl, engine, {
      onAnswer: (order, answer) => receive(place, order, answer),
      onLost: (orders, cause) => {
        crew[place] = undefined;
        lose(orders, cause);
      },
    });
  }

  function receive(place: number, order: TileOrder, answer: FromWorker): void {
    const image = images.get(order.image);
    if (!image) return;
    image.tiled.settle(order, answer.kind === 'done' ? answer.sums : undefined);
    if (answer.kind === 'done') {
      tiles += 1;
      inferMs[place] = (inferMs[place] ?? 0) + answer.inferMs;
      busyMs[place] = (busyMs[place] ?? 0) + answer.busyMs;
    } else if (answer.kind === 'failed') {
      const { code, sentence, hint, cause } = answer.failure;
      image.tiled.fail(new SrganError(code, sentence, { hint, cause }));
    }
    endIfDone(image);
    dispatch();
  }

  function lose([begun, ...untouched]: TileOrder[], cause: unknown): void {
    for (const order of untouched) images.get(order.image)?.tiled.putBack(order);
    const image = begun && images.get(begun.image);
    if (image) {
      image.tiled.settle();
      image.tiled.fail(new SrganError('E_WORKER_LOST', 'the worker that held it ended.', { cause }));
    }
    for (const other of [...images.values()]) endIfDone(other);
    dispatch();
  }

  function drop(image: InFlight, error: SrganError): void {
    image.tiled.fail(error);
    endIfDone(image);
  }

  function endIfDone({ tiled, settle }: InFlight): void {
    if (!tiled.ended) return;
    const { id } = tiled.shared;
    images.delete(id);
    turns.remove(tiled);
    for (const worker of crew) worker?.forget(id);
    settle();
  }

  async function close(): Promise<void> {
    const error = cancelled(new Error('The workers were closed.'));
    for (const image of [...images.values()]) drop(image, error);
    await Promise.allSettled(inFlight);
    await Promise.all(crew.flatMap((worker) => (worker ? [worker.close()] : [])));
  }
}

function cancelled(cause: unknown): SrganError {
  return new SrganError('E_CANCELLED', 'was interrupted.', { cause });
}

import { setMaxListeners } from 'node:events';
import '../engines/no-telemetry.js';
import type { EngineSettings, NetworkFile, WholeImageMeans } from '../../contract/engine.js';
import { SrganError } from '../../system/errors.js';
import type { Buffers, TilePool, UpscaleRequest } from '../../contract/ports.js';
import {
  openBandedImage,
  selectMeans,
  openMeasuredImage,
  openTiledImage,
  allocateResult,
  tileCount,
} from './image-work.js';
import {
  formCrews,
  type Crew,
  type PoolSize,
  type Pieces,
  openTurns,
  type TurnTaking,
  type Waiting,
} from './schedule.js';
import type { FromWorker, Means, Order, Product, SharedImage } from './messages.js';
import { startTileWorker, type TileWorker } from './tile-worker.js';
import { canReuse, reuseOf } from './reuse.js';

const WORKER = new URL('./worker.js', import.meta.url);

/** An image that workers are processing. */
interface InFlight extends Whole, Waiting {
  readonly settle: () => void;
}

interface Whole {
  readonly shared: SharedImage;
  readonly pieces: Pieces;
  /** Receives the result of an order. */
  readonly put?: (order: Order, product: Product) => void;
}

/** A network and the means that it needs. */
interface Ready {
  readonly network: NetworkFile;
  readonly givens: Means;
}

/**
 * Opens the pool of workers. It is our own rather than piscina because it must choose which image's tile goes
 * to which worker, know what is lost with a worker, and never terminate a thread inside the runtime.
 * @param size maximum number of workers; each starts when there is work for it
 * @param workerUrl module that the workers run
 */
export function openTilePool(
  size: PoolSize,
  engine: EngineSettings,
  buffers: Buffers,
  workerUrl: URL = WORKER,
): TilePool {
  const { threads } = size;
  const workers: (TileWorker | undefined)[] = Array.from({ length: threads });
  const inferMs = new Array<number>(threads).fill(0);
  const busyMs = new Array<number>(threads).fill(0);
  const images = new Map<number, InFlight>();
  const inFlight = new Set<Promise<unknown>>();
  // an image that is being encoded is nearly done: it goes first and frees its memory
  const endings = openTurns<InFlight>();
  const tilings = openTurns<InFlight>();
  const crews = formCrews(size, endings, tilings);
  let lastId = 0;
  let tiles = 0;
  let closed: Promise<void> | undefined;

  return {
    async upscale(request) {
      checkOpen(request.signal);
      const { means } = request.network;
      const { network, givens } =
        means && tileCount(request) > 1
          ? await measureMeans(request, means)
          : { network: request.network, givens: [] };
      const lender = request.buffers ?? buffers;
      const result = allocateResult(request, lender);
      const asked = { ...request, network };
      const reuse = canReuse(request) ? reuseOf(asked) : undefined;
      try {
        if (reuse?.own.length !== 0)
          await runPieces(openTiledImage(++lastId, asked, result, givens, reuse?.own), request.signal);
        await reuse?.fill(result);
      } catch (error) {
        reuse?.fail(error);
        lender.give(result.data.buffer);
        throw error;
      }
      return result;
    },
    async deflate(request) {
      checkOpen(request.signal);
      const image = openBandedImage(++lastId, request);
      await runPieces(image, request.signal);
      return image.bands;
    },
    warm() {
      if (!closed) workers[0] ??= start(0);
    },
    close: () => (closed ??= close()),
    get stats() {
      return { tiles, inferMs: [...inferMs], busyMs: [...busyMs] };
    },
  };

  function checkOpen(signal: AbortSignal): void {
    if (closed) throw new SrganError('E_INTERNAL', 'an image was submitted after the workers were closed.');
    if (signal.aborted) throw cancelled(signal.reason);
  }

  /** Returns the network with the means that it needs, each found by a pass over the image's tiles. */
  async function measureMeans(request: UpscaleRequest, { steps, last }: WholeImageMeans): Promise<Ready> {
    let found: Means = [];
    for (const step of steps) {
      const image = openMeasuredImage(++lastId, request, step, found);
      await runPieces(image, request.signal);
      checkOpen(request.signal);
      found = image.means();
    }
    return { network: last, givens: selectMeans(last, found) };
  }

  /** Resolves when every piece of the image is done; rejects once no worker holds one after a failure. */
  function runPieces(whole: Whole, signal: AbortSignal): Promise<void> {
    const { shared, pieces } = whole;
    const work = new Promise<void>((resolve, reject) => {
      const abort = () => drop(image, cancelled(signal.reason));
      const settle = () => {
        signal.removeEventListener('abort', abort);
        if (pieces.failure) reject(pieces.failure);
        else resolve();
      };
      const image: InFlight = {
        ...whole,
        settle,
        get waitingPieces() {
          return pieces.waitingPieces;
        },
      };
      // one listener per image in flight is no leak, however many there are
      setMaxListeners(0, signal);
      signal.addEventListener('abort', abort);
      images.set(shared.id, image);
      turnsOf(image).add(image);
      dispatch();
    });
    inFlight.add(work);
    const end = () => inFlight.delete(work);
    work.then(end, end);
    return work;
  }

  function turnsOf({ shared }: InFlight): TurnTaking<InFlight> {
    return shared.kind === 'deflate' ? endings : tilings;
  }

  function dispatch(): void {
    for (const crew of crews) {
      while (crew.waitingPieces > 0) {
        const worker = freeWorker(crew);
        if (!worker) break;
        const image = crew.next();
        if (image) worker.order(image.shared, image.pieces.take(worker.recentKinds));
      }
    }
  }

  /**
   * Returns a worker that can take an order. Each worker holds one order, and a second one while there are
   * plenty, so that it need not wait for this thread; the last orders go to the first idle worker.
   */
  function freeWorker(crew: Crew<InFlight>): TileWorker | undefined {
    const { places } = crew;
    const idle = places.find((place) => workers[place]?.ordersInHand === 0);
    if (idle !== undefined) return workers[idle];
    const empty = places.find((place) => !workers[place]);
    if (empty !== undefined) return (workers[empty] = start(empty));
    if (crew.waitingPieces <= places.length) return undefined;
    const quick = places.find((place) => workers[place]?.ordersInHand === 1);
    return quick === undefined ? undefined : workers[quick];
  }

  function start(place: number): TileWorker {
    return startTileWorker(workerUrl, engine, {
      onAnswer: (order, answer) => receive(place, order, answer),
      onLost: (orders, cause) => {
        workers[place] = undefined;
        recover(orders, cause);
      },
    });
  }

  function receive(place: number, order: Order, answer: FromWorker): void {
    const image = images.get(order.image);
    if (!image) return;
    image.pieces.settle();
    if (answer.kind === 'done') {
      if (order.kind === 'tile') tiles += 1;
      image.put?.(order, answer);
      inferMs[place] = (inferMs[place] ?? 0) + answer.inferMs;
      busyMs[place] = (busyMs[place] ?? 0) + answer.busyMs;
    } else if (answer.kind === 'failed') {
      const { code, sentence, hint, cause } = answer.failure;
      image.pieces.fail(new SrganError(code, sentence, { hint, cause }));
    }
    endIfDone(image);
    dispatch();
  }

  function recover([begun, ...untouched]: Order[], cause: unknown): void {
    for (const order of untouched) images.get(order.image)?.pieces.requeue(order);
    const image = begun && images.get(begun.image);
    if (image) {
      image.pieces.settle();
      image.pieces.fail(
        new SrganError('E_WORKER_LOST', 'the worker that was processing it ended.', { cause }),
      );
    }
    for (const other of [...images.values()]) endIfDone(other);
    dispatch();
  }

  function drop(image: InFlight, error: SrganError): void {
    image.pieces.fail(error);
    endIfDone(image);
  }

  function endIfDone(image: InFlight): void {
    if (!image.pieces.ended) return;
    const { id } = image.shared;
    images.delete(id);
    turnsOf(image).remove(image);
    for (const worker of workers) worker?.forget(id);
    image.settle();
  }

  async function close(): Promise<void> {
    const error = cancelled(new Error('The workers were closed.'));
    for (const image of [...images.values()]) drop(image, error);
    await Promise.allSettled(inFlight);
    await Promise.all(workers.flatMap((worker) => (worker ? [worker.close()] : [])));
  }
}

function cancelled(cause: unknown): SrganError {
  return new SrganError('E_CANCELLED', 'was interrupted.', { cause });
}

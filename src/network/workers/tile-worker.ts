import { Worker } from 'node:worker_threads';
import type { EngineSettings } from '../../contract/engine.js';
import { openLately, type Lately } from './lately.js';
import { workerMemory, type WorkerMemory } from './worker-memory.js';
import type { FromWorker, Order, SharedImage, ToWorker, WorkerSetup } from './messages.js';

/** A worker thread, and the orders that it has not answered yet. */
export interface TileWorker {
  readonly ordersInHand: number;
  readonly lately: Lately;
  order(image: SharedImage, order: Order): void;
  forget(image: number): void;
  /** Lets the thread end by itself. Only when no order is in hand. */
  close(): Promise<void>;
}

export interface TileWorkerEvents {
  onAnswer(order: Order, answer: FromWorker): void;
  /** The thread ended unasked: the first of `orders` was being worked on, if there are any. */
  onLost(orders: Order[], cause: unknown): void;
}

/** A tile leaves next to nothing on the heap; the default lets every thread keep some 16 MiB of it. */
const YOUNG_MIB = 2;

/**
 * The thread keeps the process alive only while it has an order in hand. It is never terminated from
 * outside: that would abort the process while the runtime is inside a network.
 */
export function startTileWorker(url: URL, engine: EngineSettings, events: TileWorkerEvents): TileWorker {
  const setup: WorkerSetup = { engine, tellsMemory: workerMemory.hasSubscribers };
  // flags of the process, such as --input-type or --inspect-brk, are not for its workers
  const worker = new Worker(url, {
    workerData: setup,
    execArgv: [],
    name: 'srgan tiles',
    resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MIB },
  });
  const { threadId: thread } = worker;
  const orders: Order[] = [];
  const known = new Set<number>();
  let closing = false;
  let cause: unknown;

  const send = (message: ToWorker) => worker.postMessage(message);
  const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve()));

  worker.unref();
  worker.on('error', (error) => (cause = error));
  worker.on('exit', (status) => {
    if (!closing) events.onLost(orders, cause ?? new Error(`The worker thread ended with status ${status}.`));
  });
  worker.on('message', (answer: FromWorker) => {
    const order = orders.shift();
    if (orders.length === 0) worker.unref();
    if (answer.memory) workerMemory.publish({ thread, ...answer.memory } satisfies WorkerMemory);
    if (order) events.onAnswer(order, answer);
  });

  return {
    lately: openLately(),
    get ordersInHand() {
      return orders.length;
    },
    order(image, order) {
      if (!known.has(image.id)) send({ kind: 'image', image });
      known.add(image.id);
      send(order);
      orders.push(order);
      worker.ref();
    },
    forget(image) {
      if (known.delete(image)) send({ kind: 'forget', image });
    },
    close() {
      closing = true;
      worker.ref();
      send({ kind: 'close' });
      return ended;
    },
  };
}

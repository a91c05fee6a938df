import { Worker } from 'node:worker_threads';
import type { EngineSettings } from '../../contract/engine.js';
import { openRecentKinds, type RecentKinds } from './schedule.js';
import {
  workerMemory,
  type WorkerMemory,
  type FromWorker,
  type Order,
  type SharedImage,
  type ToWorker,
  type WorkerSetup,
} from './messages.js';

/** A worker thread and its unanswered orders. */
export interface TileWorker {
  readonly ordersInHand: number;
  readonly recentKinds: RecentKinds;
  order(image: SharedImage, order: Order): void;
  forget(image: number): void;
  /** Asks the thread to exit and waits for it. Only call it when no order is in hand. */
  close(): Promise<void>;
}

export interface TileWorkerEvents {
  onAnswer(order: Order, answer: FromWorker): void;
  /** The thread exited unexpectedly; it was working on the first of `orders`, if there is one. */
  onLost(orders: Order[], cause: unknown): void;
}

/**
 * A tile leaves almost nothing on the heap; the default would let every thread keep about 16 MiB of young
 * generation.
 */
const YOUNG_MIB = 2;

/**
 * Starts a worker thread. It keeps the process alive only while it has an order in hand. It is never
 * terminated from outside, which would abort the process while the runtime is inside a network.
 */
export function startTileWorker(url: URL, engine: EngineSettings, events: TileWorkerEvents): TileWorker {
  const setup: WorkerSetup = { engine, reportsMemory: workerMemory.hasSubscribers };
  // flags of the process, such as --input-type or --inspect-brk, do not apply to workers
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
    recentKinds: openRecentKinds(),
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

import type { SrganError } from '../../system/errors.js';
import type { Order } from './messages.js';

/** An image with pieces that wait for workers. */
export interface Waiting {
  /** Pieces that no worker has taken. */
  readonly waitingPieces: number;
}

export interface TurnTaking<T extends Waiting> {
  add(image: T): void;
  remove(image: T): void;
  /** The image whose piece is next, or undefined where none waits. */
  next(): T | undefined;
  readonly waitingPieces: number;
}

/**
 * Creates a queue of images. Every second turn goes to the oldest image, so that each one finishes; the turns
 * between go to the image with the fewest pieces left, so that a small image never waits behind a big one.
 */
export function openTurns<T extends Waiting>(): TurnTaking<T> {
  const images = new Set<T>();
  let forSmallest = false;

  return {
    add: (image) => void images.add(image),
    remove: (image) => void images.delete(image),
    next() {
      let first: T | undefined;
      let smallest: T | undefined;
      for (const image of images) {
        if (image.waitingPieces === 0) continue;
        first ??= image;
        if (!smallest || image.waitingPieces < smallest.waitingPieces) smallest = image;
      }
      forSmallest = !forSmallest;
      return forSmallest ? smallest : first;
    },
    get waitingPieces() {
      let sum = 0;
      for (const image of images) sum += image.waitingPieces;
      return sum;
    },
  };
}

export interface PoolSize {
  /** Maximum number of workers. */
  readonly threads: number;
  /** How many of them run networks, if not all; the others then only encode. */
  readonly tilers?: number | undefined;
}

/** Workers that do the same kind of work. */
export interface Crew<T extends Waiting> {
  readonly places: readonly number[];
  /** Pieces that no worker has taken. */
  readonly waitingPieces: number;
  /** The image whose piece is next, or undefined where none waits. */
  next(): T | undefined;
}

/**
 * Divides the workers into crews.
 * @param endings work that takes precedence over `tilings` in workers that do both
 */
export function formCrews<T extends Waiting>(
  { threads, tilers = threads }: PoolSize,
  endings: TurnTaking<T>,
  tilings: TurnTaking<T>,
): Crew<T>[] {
  const places = [...Array(threads).keys()];
  if (tilers >= threads) return [crew(places, [endings, tilings])];
  return [crew(places.slice(tilers), [endings]), crew(places.slice(0, tilers), [tilings])];
}

function crew<T extends Waiting>(places: readonly number[], turns: readonly TurnTaking<T>[]): Crew<T> {
  return {
    places,
    get waitingPieces() {
      return turns.reduce((sum, { waitingPieces }) => sum + waitingPieces, 0);
    },
    next: () => turns.find(({ waitingPieces }) => waitingPieces > 0)?.next(),
  };
}

/** The work on one image, divided into orders that any worker can take. */
export interface Pieces extends Waiting {
  /**
   * Takes the next order. Call it only while pieces are waiting.
   * @param recent kinds of work that the worker is ready for
   */
  take(recent: RecentKinds): Order;
  /** Marks an order as finished. */
  settle(): void;
  /** Returns an order that was never started to the queue. */
  requeue(order: Order): void;
  /** Drops the waiting pieces; only the first failure is kept. */
  fail(error: SrganError): void;
  readonly failure: SrganError | undefined;
  /** No piece is waiting or in progress. */
  readonly ended: boolean;
  /** One value; not 0 once the image is cancelled. */
  readonly dropped: Int32Array<SharedArrayBuffer>;
}

/**
 * Creates the pieces of an image.
 * @param kinds indexes of the orders of each kind, in sequence
 */
export function openPieces(
  kinds: ReadonlyMap<string, readonly number[]>,
  orderAt: (index: number) => Order,
): Pieces {
  const dropped = new Int32Array(new SharedArrayBuffer(4));
  const returned: Order[] = [];
  const begun = new Map<string, number>();
  let untaken = [...kinds.values()].reduce((sum, { length }) => sum + length, 0);
  let inHand = 0;
  let failure: SrganError | undefined;
  const waiting = () => (failure ? 0 : untaken + returned.length);

  return {
    dropped,
    get waitingPieces() {
      return waiting();
    },
    get failure() {
      return failure;
    },
    get ended() {
      return waiting() === 0 && inHand === 0;
    },
    take(recent) {
      inHand += 1;
      return returned.pop() ?? next(recent);
    },
    settle: () => void (inHand -= 1),
    requeue(order) {
      inHand -= 1;
      returned.push(order);
    },
    fail(error) {
      failure ??= error;
      Atomics.store(dropped, 0, 1);
    },
  };

  function left(kind: string): number {
    return (kinds.get(kind)?.length ?? 0) - (begun.get(kind) ?? 0);
  }

  /**
   * Returns an order of a kind that the worker is ready for, or else of the kind with the most orders left.
   */
  function next(recent: RecentKinds): Order {
    const known = recent.kinds.find((kind) => left(kind) > 0);
    const kind = known ?? [...kinds.keys()].reduce((a, b) => (left(b) > left(a) ? b : a));
    const at = begun.get(kind) ?? 0;
    begun.set(kind, at + 1);
    untaken -= 1;
    recent.note(kind);
    return orderAt(kinds.get(kind)?.[at] ?? 0);
  }
}

/**
 * The kinds of work that a worker did recently; it preferably gets more of the same, since it has the network
 * loaded.
 */
export interface RecentKinds {
  /** Most recent first. */
  readonly kinds: readonly string[];
  note(kind: string): void;
}

/** As many networks as a worker keeps loaded, plus the deflating of bands. */
const MAX_KINDS = 4;

export function openRecentKinds(): RecentKinds {
  let kinds: string[] = [];
  return {
    get kinds() {
      return kinds;
    },
    note(kind) {
      kinds = [kind, ...kinds.filter((other) => other !== kind)].slice(0, MAX_KINDS);
    },
  };
}

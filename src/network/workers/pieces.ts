import type { SrganError } from '../../system/errors.js';
import type { Lately } from './lately.js';
import type { Order } from './messages.js';
import type { Waiting } from './turn-taking.js';

/** Work on one image, cut into orders that any worker can take. */
export interface Pieces extends Waiting {
  /**
   * Takes the next order; only while there are waiting pieces.
   * @param lately kinds that the worker is ready for
   */
  take(lately: Lately): Order;
  /** An order has ended. */
  settle(): void;
  /** An order that was never begun, for another worker. */
  putBack(order: Order): void;
  /** Drops the waiting pieces; the first failure counts. */
  fail(error: SrganError): void;
  readonly failure: SrganError | undefined;
  /** No piece waits and none is in hand. */
  readonly ended: boolean;
  /** One value, not 0 once nobody wants the image any more. */
  readonly dropped: Int32Array<SharedArrayBuffer>;
}

/** @param kinds the indexes of the orders of each kind, in sequence */
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
    take(lately) {
      inHand += 1;
      return returned.pop() ?? next(lately);
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

  function left(kind: string): number {
    return (kinds.get(kind)?.length ?? 0) - (begun.get(kind) ?? 0);
  }

  /** Of a kind that the worker is ready for, or else of the one with the most left. */
  function next(lately: Lately): Order {
    const known = lately.kinds.find((kind) => left(kind) > 0);
    const kind = known ?? [...kinds.keys()].reduce((a, b) => (left(b) > left(a) ? b : a));
    const at = begun.get(kind) ?? 0;
    begun.set(kind, at + 1);
    untaken -= 1;
    lately.note(kind);
    return orderAt(kinds.get(kind)?.[at] ?? 0);
  }
}

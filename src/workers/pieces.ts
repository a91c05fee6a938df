import type { SrganError } from '../errors.js';
import type { Order } from './messages.js';
import type { Waiting } from './turn-taking.js';

/** Work on one image, cut into orders that any worker can take. */
export interface Pieces extends Waiting {
  /** Takes the next order; only while there are waiting pieces. */
  take(): Order;
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

export function openPieces(count: number, orderAt: (index: number) => Order): Pieces {
  const dropped = new Int32Array(new SharedArrayBuffer(4));
  const returned: Order[] = [];
  let next = 0;
  let inHand = 0;
  let failure: SrganError | undefined;
  const waiting = () => (failure ? 0 : count - next + returned.length);

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
}

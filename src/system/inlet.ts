/** Lets a loop wait for several kinds of events: check the state, then wait for the next change of it. */
export interface Bell {
  readonly ring: () => void;
  /** Resolves at the next `ring`. A ring that nobody waits for is not remembered. */
  readonly rung: () => Promise<void>;
}

export function createBell(): Bell {
  let ring: () => void = () => undefined;
  return {
    ring: () => ring(),
    rung: () => new Promise<void>((resolve) => (ring = resolve)),
  };
}

/** Pulls items one at a time, so that the loop that consumes them can wait for other events meanwhile. */
export interface Inlet {
  /** Requests an item, unless none is wanted, one is on its way, or the items have ended. */
  fill(): void;
  /** Whether an item is on its way. */
  readonly pending: boolean;
  readonly ended: boolean;
  /** Why the items ended, if they failed. */
  readonly failure: { readonly cause: unknown } | undefined;
  /** Requests no more items and closes their source, after the item that is on its way. */
  close(): Promise<void>;
  /** Closes without waiting for an item that is on its way, since it may never come. */
  leave(): Promise<void>;
}

export interface InletRules<T> {
  /** Whether one more item can be taken now; asked again after each item. */
  readonly wanted: () => boolean;
  /** Called for each item, even for one that comes after `close`. */
  readonly onItem: (item: T) => void;
  /** Called when an item came, and when the items ended or failed. */
  readonly onChange: () => void;
}

export function openInlet<T>(items: AsyncIterable<T>, { wanted, onItem, onChange }: InletRules<T>): Inlet {
  const iterator = items[Symbol.asyncIterator]();
  let pending = false;
  let ended = false;
  let failure: { cause: unknown } | undefined;

  const fill = () => {
    if (pending || ended || !wanted()) return;
    pending = true;
    iterator.next().then(
      (result) => {
        pending = false;
        if (result.done) ended = true;
        else onItem(result.value);
        fill();
        onChange();
      },
      (cause: unknown) => {
        pending = false;
        ended = true;
        failure = { cause };
        onChange();
      },
    );
  };
  const close = async () => {
    ended = true;
    await iterator.return?.();
  };
  return {
    fill,
    get pending() {
      return pending;
    },
    get ended() {
      return ended;
    },
    get failure() {
      return failure;
    },
    close,
    async leave() {
      if (pending) close().catch(() => undefined);
      else await close();
    },
  };
}

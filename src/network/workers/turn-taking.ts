/** An image of which pieces wait for workers. */
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
 * Every second turn is for the image that came first, so that each one ends; the turns between are for the
 * one with the fewest pieces left, so that a small image never waits behind a big one.
 */
export function takeTurns<T extends Waiting>(): TurnTaking<T> {
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

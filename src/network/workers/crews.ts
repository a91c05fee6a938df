import type { TurnTaking, Waiting } from './turn-taking.js';

export interface PoolSize {
  /** Workers at most. */
  readonly threads: number;
  /** How many of them run networks, where not all can: the others then encode, and these do not. */
  readonly tilers?: number | undefined;
}

/** Workers that share a kind of work. */
export interface Crew<T extends Waiting> {
  readonly places: readonly number[];
  /** Pieces that no worker has taken. */
  readonly waitingPieces: number;
  /** The image whose piece is next, or undefined where none waits. */
  next(): T | undefined;
}

/** @param endings work that goes before all `tilings`, where the same workers do both */
export function shareOut<T extends Waiting>(
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

import type { Figures } from './benchmark-figures.js';

/** So little more speed is not worth the memory of more threads, and may be chance. */
const WORTH = 1.02;

export interface Recommendation {
  readonly threads: number;
  /** Geometric mean over the batch sizes. */
  readonly speedup: number;
  /** Largest that was measured with so many threads. */
  readonly peakRssBytes: number;
}

/** Of each batch size the configuration to take: the fewest threads that are as good as the fastest. */
export function bestOfEach(figures: readonly Figures[]): Figures[] {
  return sizesOf(figures).flatMap((images) => {
    const ones = candidates(figures).filter((one) => one.images === images);
    return best(ones, (one) => one.speedup.median) ?? [];
  });
}

/** The number of threads to take whatever the batch; undefined where no parallel run was right. */
export function recommend(figures: readonly Figures[]): Recommendation | undefined {
  const parallel = figures.filter(({ method }) => method === 'parallel');
  const counts = [...new Set(parallel.map(({ threads }) => threads))].sort((a, b) => a - b);
  const choices = counts.flatMap((threads) => {
    const ones = parallel.filter((one) => one.threads === threads);
    if (!ones.every(({ identical }) => identical)) return [];
    const logs = ones.reduce((sum, { speedup }) => sum + Math.log(speedup.median), 0);
    return {
      threads,
      speedup: Math.exp(logs / ones.length),
      peakRssBytes: Math.max(...ones.map(({ peakRssBytes }) => peakRssBytes.max)),
    };
  });
  return best(choices, ({ speedup }) => speedup);
}

const candidates = (figures: readonly Figures[]) =>
  figures.filter(({ method, identical }) => method === 'parallel' && identical);

const sizesOf = (figures: readonly Figures[]) => [...new Set(figures.map(({ images }) => images))];

/** The first, and so the one with the fewest threads, that is as good as the best. */
function best<T>(ascending: readonly T[], worth: (one: T) => number): T | undefined {
  const most = Math.max(...ascending.map(worth));
  return ascending.find((one) => worth(one) * WORTH >= most);
}

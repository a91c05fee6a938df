import type { TallyFacts } from '../../src/flow/summary.js';

const MIB = 2 ** 20;

/** The facts of a run that nobody looks at closely. */
export const TALLY_FACTS: TallyFacts = {
  threads: 2,
  pool: { tiles: 1, inferMs: [5], busyMs: [6] },
  budget: { peakBytes: 12 * MIB, totalBytes: 64 * MIB },
  buffers: { hits: 38, misses: 12, heldBytes: 41 * MIB },
  total: undefined,
  stopped: undefined,
};

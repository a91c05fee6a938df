import type { ThreadMemory, WorkerMemory } from '../../network/workers/messages.js';
import type { Occupation } from './ledger.js';

/** What a profiled process tells of itself, once per interval. */
export interface ProbeReport extends Occupation {
  readonly rssBytes: number;
  readonly main: ThreadMemory;
  /** Each as it was after its last tile. */
  readonly workers: readonly WorkerMemory[];
}

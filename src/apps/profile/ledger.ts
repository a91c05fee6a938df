import { STAGES, type StageName } from '../../contract/job.js';
import type { StageEvent } from '../../flow/ticket.js';
import type { ThreadMemory, WorkerMemory } from '../../network/workers/messages.js';

/** How many images of a run are in each stage. */
export interface Occupation {
  /** Images between the start of decoding and their release. */
  readonly inFlight: number;
  /** Sources that have finished, whatever their outcome. */
  readonly ended: number;
  /** Images being processed in each stage; those queued between stages are not counted. */
  readonly stages: Readonly<Record<StageName, number>>;
}

/** Counts images by stage from `stageEvents`. */
export interface Ledger {
  note(event: StageEvent): void;
  occupation(): Occupation;
}

export function openLedger(): Ledger {
  const working = Object.fromEntries(STAGES.map((name) => [name, new Set<number>()])) as Record<
    StageName,
    Set<number>
  >;
  const inFlight = new Set<number>();
  let ended = 0;

  return {
    note({ stage, phase, index }) {
      if (stage === 'release') {
        inFlight.delete(index);
        ended += 1;
      } else if (phase === 'begin') {
        working[stage].add(index);
        if (stage === 'decode') inFlight.add(index);
      } else {
        working[stage].delete(index);
      }
    },
    occupation: () => ({
      inFlight: inFlight.size,
      ended,
      stages: Object.fromEntries(STAGES.map((name) => [name, working[name].size])) as Occupation['stages'],
    }),
  };
}

/** Sent by the profiled process to the profiler once per interval. */
export interface ProbeReport extends Occupation {
  readonly rssBytes: number;
  readonly main: ThreadMemory;
  /** State of each worker after its last tile. */
  readonly workers: readonly WorkerMemory[];
}

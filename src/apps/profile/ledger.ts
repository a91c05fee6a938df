import { STAGES, type StageName } from '../../contract/job.js';
import type { StageEvent } from '../../flow/ticket.js';

/** Where the images of a run are. */
export interface Occupation {
  /** From the beginning of decode until they have ended. */
  readonly inFlight: number;
  /** Sources that have ended, however they did. */
  readonly ended: number;
  /** Being worked on in each stage; those that wait between two are in none. */
  readonly stages: Readonly<Record<StageName, number>>;
}

/** Keeps count of what `stageEvents` tells. */
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

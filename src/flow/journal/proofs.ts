import { createCompactSet } from '../../system/compact-set.js';
import type { JournalLine, Proof } from './journal-lines.js';

/** What earlier sessions of a journal left: 24 to 72 bytes for each result. */
export interface Proofs {
  /** Whether the bytes are what was written there for the key. */
  proves(proof: Proof): boolean;
  /** Whether a result was ever put, or about to be put, at `dst`. */
  wrote(dst: string): boolean;
  /** Whether the last that the journal says of the source is that it was done. */
  toldOf(src: string): boolean;
  /** Whether the last is that it failed. */
  failed(src: string): boolean;
}

export interface CollectingProofs extends Proofs {
  add(line: JournalLine): void;
}

export function collectProofs(): CollectingProofs {
  const proven = createCompactSet();
  const written = createCompactSet();
  const told = createCompactSet();
  /** Those of them that a later run failed or left undone: few. */
  const untold = new Set<string>();
  const failed = new Set<string>();

  return {
    add(line) {
      if (line.kind === 'writing') {
        proven.add(textOf(line));
        written.add(line.dst);
      } else if (line.kind === 'source') {
        if (line.status === 'failed') failed.add(line.src);
        else failed.delete(line.src);
        if (line.status === 'done' || line.status === 'copied') {
          told.add(line.src);
          untold.delete(line.src);
        } else if (told.has(line.src)) untold.add(line.src);
      }
    },
    wrote: (dst) => written.has(dst),
    failed: (src) => failed.has(src),
    toldOf: (src) => told.has(src) && !untold.has(src),
    proves: (proof) => proven.has(textOf(proof)),
  };
}

const textOf = ({ key, dst, bytes, sha256 }: Proof) => `${key} ${bytes} ${sha256} ${dst}`;

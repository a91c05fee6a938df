import { createCompactSet } from '../../system/compact-set.js';
import type { JournalLine, Proof } from './journal-lines.js';
import { isSameMaker, type Maker } from './maker.js';

/** What earlier sessions of a journal left: 24 to 72 bytes for each result. */
export interface Proofs {
  /** Whether the bytes are what was written there for the key, by this version or by another one. */
  proves(proof: Proof): 'this' | 'other' | undefined;
  /** How many results are there as another version made them, and the last such version. */
  readonly others: { readonly count: number; readonly maker: Maker | undefined };
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

/** @param now makes the results of this run */
export function collectProofs(now: Maker): CollectingProofs {
  const proven = createCompactSet();
  const provenByOthers = createCompactSet();
  /** Where others put results, and which of these places this version has filled anew. */
  const placesOfOthers = createCompactSet();
  const remade = createCompactSet();
  let others: { count: number; maker: Maker | undefined } = { count: 0, maker: undefined };
  let maker: Maker | undefined = now;
  const written = createCompactSet();
  const told = createCompactSet();
  /** Those of them that a later run failed or left undone: few. */
  const untold = new Set<string>();
  const failed = new Set<string>();

  return {
    add(line) {
      if (line.kind === 'batch' || line.kind === 'resume') {
        maker = line.maker;
      } else if (line.kind === 'writing') {
        if (isSameMaker(maker, now)) {
          proven.add(textOf(line));
          const again = placesOfOthers.has(line.dst) && remade.add(line.dst);
          if (again) others = { ...others, count: others.count - 1 };
        } else {
          provenByOthers.add(textOf(line));
          if (placesOfOthers.add(line.dst)) others = { count: others.count + 1, maker };
        }
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
    proves(proof) {
      if (proven.has(textOf(proof))) return 'this';
      return provenByOthers.has(textOf(proof)) ? 'other' : undefined;
    },
    get others() {
      return others;
    },
  };
}

const textOf = ({ key, dst, bytes, sha256 }: Proof) => `${key} ${bytes} ${sha256} ${dst}`;

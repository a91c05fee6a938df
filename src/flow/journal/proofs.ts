import { createCompactSet } from '../../system/compact-set.js';
import type { JournalLine, Proof, BatchLine, Session } from './journal-lines.js';
import { isSameMaker, type Maker } from './key.js';
import { SrganError, systemCode } from '../../system/errors.js';
import { open } from '../../system/files/fs.js';
import { isOpenHere, isAlive } from './append.js';
import { readLines } from './read.js';

/** Results recorded by earlier sessions of a journal, in 24 to 72 bytes each. */
export interface Proofs {
  /** Whether the bytes are those written there for the key, and by which version. */
  proves(proof: Proof): 'this' | 'other' | undefined;
  /** Number of results made by other versions, and the last such version. */
  readonly others: { readonly count: number; readonly maker: Maker | undefined };
  /** Whether a result was ever written, or about to be written, at `dst`. */
  wrote(dst: string): boolean;
  /** Whether the last record of the source says that it was done. */
  toldOf(src: string): boolean;
  /** Whether the last record of the source says that it failed. */
  failed(src: string): boolean;
}

export interface CollectingProofs extends Proofs {
  add(line: JournalLine): void;
}

/** @param now versions that make the results of this run */
export function collectProofs(now: Maker): CollectingProofs {
  const proven = createCompactSet();
  const provenByOthers = createCompactSet();
  /** Places of results of other versions, and which of them this version has replaced. */
  const placesOfOthers = createCompactSet();
  const remade = createCompactSet();
  let others: { count: number; maker: Maker | undefined } = { count: 0, maker: undefined };
  let maker: Maker | undefined = now;
  const written = createCompactSet();
  const told = createCompactSet();
  /** The few of them that a later run failed or left undone. */
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

/** Content of a journal that is to be resumed. */
export interface Past {
  /** Missing where the first line was cut off, so that no image can have been started. */
  readonly batch: BatchLine | undefined;
  readonly proofs: CollectingProofs;
  /** Whether the last line is complete. */
  readonly endsWell: boolean;
}

/**
 * @returns undefined where there is no such file
 * @throws SrganError E_USAGE where it cannot be read, or its run is still in progress
 */
export async function readPast(file: string, maker: Maker): Promise<Past | undefined> {
  const lastByte = await lastByteOf(file);
  if (lastByte === undefined) return undefined;
  const proofs = collectProofs(maker);
  let batch: BatchLine | undefined;
  let session: Session | undefined;
  for await (const lines of readLines(file)) {
    for (const line of lines) {
      if (line.kind === 'batch') batch ??= line;
      if (line.kind === 'batch' || line.kind === 'resume') session = line;
      if (line.kind === 'end') session = undefined;
      proofs.add(line);
    }
  }
  if (session && (await isGoingOn(session, file))) {
    throw new SrganError('E_USAGE', `${file}: process ${session.pid} is still working on this.`, {
      hint: 'Wait until it has ended, or stop it first.',
    });
  }
  return { batch, proofs, endsWell: lastByte === '\n' || lastByte === '' };
}

/** A run of this same process may have ended without recording it. */
async function isGoingOn(session: Session, file: string): Promise<boolean | undefined> {
  return session.pid === process.pid ? isOpenHere(file) : isAlive(session);
}

/** Empty for an empty file. */
async function lastByteOf(path: string): Promise<string | undefined> {
  try {
    const file = await open(path, 'r');
    try {
      const found = await file.stat();
      if (!found.isFile()) throw new SrganError('E_USAGE', `${path}: is no file that could be a journal.`);
      const { size } = found;
      const { buffer, bytesRead } = await file.read(Buffer.alloc(1), 0, 1, Math.max(0, size - 1));
      return buffer.toString('latin1', 0, bytesRead);
    } finally {
      await file.close();
    }
  } catch (cause) {
    if (cause instanceof SrganError) throw cause;
    if (systemCode(cause) === 'ENOENT') return undefined;
    throw new SrganError('E_USAGE', `${path}: this journal cannot be read.`, { cause });
  }
}

import { SrganError, systemCode } from '../../system/errors.js';
import { open } from '../../system/files/fs.js';
import { isOpenHere } from './append.js';
import type { BatchLine, Session } from './journal-lines.js';
import type { Maker } from './maker.js';
import { isAlive } from './journal-process.js';
import { collectProofs, type CollectingProofs } from './proofs.js';
import { readLines } from './read.js';

/** What is in a journal that is to be taken up. */
export interface Past {
  /** Missing where even the first line was cut off, so that no image can have been begun. */
  readonly batch: BatchLine | undefined;
  readonly proofs: CollectingProofs;
  /** The last line is whole. */
  readonly endsWell: boolean;
}

/**
 * @returns undefined where there is no such file
 * @throws SrganError E_USAGE where it cannot be read, or its run is still going on
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

/** A run of this very process may have ended without being able to say so. */
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

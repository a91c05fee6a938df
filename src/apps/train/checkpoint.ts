import { SrganError } from '../../system/errors.js';
import { readFile } from '../../system/files/fs.js';
import { replaceFile } from '../../system/files/temp-files.js';
import type { Score } from './validate.js';

/** A point of the curve. */
export interface Judgement {
  readonly step: number;
  readonly ms: number;
  /** Of the last steps, in levels of 255. */
  readonly loss: number;
  readonly scores: readonly Score[];
}

/** What a training must have in common with the checkpoint that it goes on from. */
export interface Progress {
  /** Settings and pictures, as text: another training has another one. */
  readonly task: string;
  readonly step: number;
  /** Time spent training so far. */
  readonly ms: number;
  /** Halved each time that the training was stepped back. */
  readonly rateShare: number;
  readonly curve: readonly Judgement[];
}

const MAGIC = 'srgan-train-3\n';

/** @throws SrganError E_WRITE, E_NOSPC */
export async function writeCheckpoint(path: string, progress: Progress, weights: Uint8Array): Promise<void> {
  const head = Buffer.from(`${MAGIC}${JSON.stringify(progress)}\n`);
  await replaceFile(path, Buffer.concat([head, weights]));
}

/** @throws SrganError E_MODEL where there is none, or it is damaged */
export async function readCheckpoint(path: string): Promise<{ progress: Progress; weights: Uint8Array }> {
  const bytes = await readFile(path).catch((cause: unknown) => {
    throw new SrganError('E_MODEL', `${path}: there is no checkpoint to continue from.`, {
      cause,
      hint: 'Leave --resume out to begin anew.',
    });
  });
  const end = bytes.indexOf('\n', MAGIC.length);
  try {
    if (bytes.toString('latin1', 0, MAGIC.length) !== MAGIC || end < 0) throw new Error('not a checkpoint');
    const progress = JSON.parse(bytes.toString('utf8', MAGIC.length, end)) as Progress;
    return { progress, weights: bytes.subarray(end + 1) };
  } catch (cause) {
    throw new SrganError('E_MODEL', `${path}: the checkpoint is damaged.`, { cause });
  }
}

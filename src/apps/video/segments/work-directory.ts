import { join } from 'node:path';
import process from 'node:process';
import { SrganError } from '../../../system/errors.js';
import { readFile, rm, writeFile, pathExists } from '../../../system/files/fs.js';
import { makeDirectory, writeFailure } from '../../../system/files/write-files.js';
import { isProcessAlive } from '../../../system/process-identity.js';
import { beginJournal, provenSegments, type Segment } from './video-journal.js';

/** A directory beside the result, that holds what is done of it until it is whole. */
export interface WorkDirectory {
  readonly path: string;
  /** Proven segments of an interrupted run, from the first on. */
  readonly segments: readonly Segment[];
  remove(): Promise<void>;
}

const workPath = (out: string): string => `${out}.srgan`;

/**
 * @param rule.resume go on with what is there; otherwise an interrupted run is refused, or discarded
 * @throws SrganError E_EXISTS, E_USAGE, E_WRITE, E_NOSPC
 */
export async function openWorkDirectory(
  out: string,
  key: string,
  rule: { readonly resume: boolean; readonly overwrite: boolean; readonly signal: AbortSignal },
): Promise<WorkDirectory> {
  const path = workPath(out);
  const there = await pathExists(path);
  if (there) await refuseInUse(path);
  if (there && !rule.resume && !rule.overwrite) {
    throw new SrganError('E_EXISTS', `${path}: holds an interrupted run.`, {
      hint: 'Take --resume to go on with it, or --overwrite to begin anew.',
    });
  }
  const segments = rule.resume ? await provenSegments(path, key, rule.signal) : undefined;
  if (!segments) {
    try {
      await rm(path, { recursive: true, force: true });
      await makeDirectory(path);
    } catch (cause) {
      throw writeFailure(path, cause);
    }
    await beginJournal(path, key);
  }
  await writeFile(join(path, 'process'), String(process.pid)).catch((cause: unknown) => {
    throw writeFailure(path, cause);
  });
  return { path, segments: segments ?? [], remove: () => rm(path, { recursive: true, force: true }) };
}

async function refuseInUse(path: string): Promise<void> {
  const pid = Number(await readFile(join(path, 'process'), 'utf8').catch(() => ''));
  if (!pid || pid === process.pid || !isProcessAlive(pid)) return;
  throw new SrganError('E_EXISTS', `${path}: process ${pid} is at work on this film.`, {
    hint: 'Wait for it, or name another result.',
  });
}

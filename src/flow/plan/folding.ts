import path from 'node:path';
import process from 'node:process';
import { systemCode } from '../../system/errors.js';
import { lstat, open, rm } from '../../system/files/fs.js';
import { untrackTempPath, trackTempPath, tempName } from '../../system/files/temp-files.js';

/** Which names a file system takes for one. */
export interface Folding {
  /** Upper and lower case. */
  readonly case: boolean;
  /** Composed and decomposed letters, NFC and NFD. */
  readonly form: boolean;
}

/** Makes a file in a directory, looks for it under another name, and removes it. */
export type Reaches = (directory: string, made: string, asked: string) => Promise<boolean>;

/** What the file systems of the platform mostly do. */
export function usualFolding(platform: NodeJS.Platform = process.platform): Folding {
  const folds = platform === 'win32' || platform === 'darwin';
  return { case: folds, form: folds };
}

/**
 * Tries out what the file system of a directory folds. Case is tried with ASCII letters: the few file systems
 * that fold no others are taken to fold all. Where the other form cannot be tried, as where a name must be ASCII,
 * it is as usual.
 * @throws the system's error, as where nothing may be written
 */
export async function probeFolding(directory: string, reaches: Reaches = reachesFile): Promise<Folding> {
  const lower = tempName('case');
  const composed = tempName('\u00e9');
  const [foldsCase, foldsForm] = await Promise.all([
    reaches(directory, lower, lower.toUpperCase()),
    reaches(directory, composed, composed.normalize('NFD')).catch(() => usualFolding().form),
  ]);
  return { case: foldsCase, form: foldsForm };
}

async function reachesFile(directory: string, made: string, asked: string): Promise<boolean> {
  const file = path.join(directory, made);
  trackTempPath(file);
  try {
    await (await open(file, 'wx')).close();
    await lstat(path.join(directory, asked));
    return true;
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return false;
    throw error;
  } finally {
    await rm(file, { force: true }).catch(() => undefined);
    untrackTempPath(file);
  }
}

import path from 'node:path';
import { stat, lstat, open, rm } from '../../system/files/fs.js';
import { deepestExisting } from '../../system/files/write-files.js';
import type { Settings } from '../../contract/options.js';
import { isRemote } from '../../system/files/address.js';
import { memoize } from '../../system/memoize.js';
import process from 'node:process';
import { systemCode } from '../../system/errors.js';
import { untrackTempPath, trackTempPath, tempName } from '../../system/files/temp-files.js';

/** Returns a key of a path that is equal for all names of the same file; an address is its own key. */
export type KeyOf = (file: string) => Promise<string>;

/**
 * Makes keys by what the file system of a path ignores, which is tested once for each file system that results are
 * written to. Elsewhere, and in a dry run, which writes nothing, the platform's usual behaviour is assumed.
 */
export function openPathKeys(
  { out, dryRun }: Pick<Settings, 'out' | 'dryRun'>,
  probe: (directory: string) => Promise<Folding> = probeFolding,
): KeyOf {
  const usual = usualFolding();
  const byDevice = new Map<number, Promise<Folding>>();
  const foldingIn = memoize((directory) => lookUp(directory).catch(() => usual));
  const target = out === undefined || isRemote(out) ? undefined : path.resolve(out);
  // a source on the file system of the results gets its key by the same rule
  let begun: Promise<unknown> | undefined;

  return async (file) => {
    if (isRemote(file)) return file;
    const absolute = path.resolve(file);
    if (dryRun) return pathKey(absolute, usual);
    begun ??= target === undefined ? Promise.resolve() : foldingIn(target);
    await begun;
    return pathKey(absolute, await foldingIn(path.dirname(absolute)));
  };

  async function lookUp(directory: string): Promise<Folding> {
    const there = await deepestExisting(directory);
    const { dev } = await stat(there);
    const known = byDevice.get(dev);
    if (known || !isTarget(directory)) return known ?? usual;
    const folding = probe(there);
    byDevice.set(dev, folding);
    // where nothing may be written, another directory may tell
    folding.catch(() => byDevice.delete(dev));
    return folding;
  }

  function isTarget(directory: string): boolean {
    if (target === undefined) return out === undefined;
    const below = path.relative(target, directory);
    return below.split(path.sep)[0] !== '..' && !path.isAbsolute(below);
  }
}

/** @param absolute path of a file that need not exist */
export function pathKey(absolute: string, folding: Folding): string {
  const formed = folding.form ? absolute.normalize('NFC') : absolute;
  return folding.case ? formed.toLowerCase() : formed;
}

/** Which differences between names a file system ignores. */
export interface Folding {
  /** Upper and lower case. */
  readonly case: boolean;
  /** Composed and decomposed letters, NFC and NFD. */
  readonly form: boolean;
}

/** Makes a file in a directory, looks for it under another name, and removes it. */
export type Reaches = (directory: string, made: string, asked: string) => Promise<boolean>;

/** The usual behaviour of the platform's file systems. */
export function usualFolding(platform: NodeJS.Platform = process.platform): Folding {
  const folds = platform === 'win32' || platform === 'darwin';
  return { case: folds, form: folds };
}

/**
 * Finds out by trial which differences the file system of a directory ignores. Case is tested with ASCII letters; the
 * few file systems that fold only those are treated as folding all. Where the Unicode form cannot be tested, such as
 * where names must be ASCII, the platform's usual behaviour is assumed.
 * @throws the system's error, such as where nothing may be written
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

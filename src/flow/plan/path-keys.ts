import path from 'node:path';
import { stat } from '../../system/files/fs.js';
import { deepestExisting } from '../../system/files/write-files.js';
import type { Settings } from '../../contract/options.js';
import { isRemote } from '../../system/files/address.js';
import { memoize } from '../../system/memoize.js';
import { probeFolding, usualFolding, type Folding } from './folding.js';

/** A path in the form in which two names of one file compare equal, where it lies; an address is its own. */
export type KeyOf = (file: string) => Promise<string>;

/**
 * Keys by what the file system that holds a path folds, which is tried out once for each where results are to
 * be written. Elsewhere, and in a dry run, which writes nothing, the platform's usual holds.
 */
export function openPathKeys(
  { out, dryRun }: Pick<Settings, 'out' | 'dryRun'>,
  probe: (directory: string) => Promise<Folding> = probeFolding,
): KeyOf {
  const usual = usualFolding();
  const byDevice = new Map<number, Promise<Folding>>();
  const foldingIn = memoize((directory) => lookUp(directory).catch(() => usual));
  const target = out === undefined || isRemote(out) ? undefined : path.resolve(out);
  // a source on the file system of the results is to have its key by the same rule
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
    // where nothing may be written, the next directory may tell
    folding.catch(() => byDevice.delete(dev));
    return folding;
  }

  function isTarget(directory: string): boolean {
    if (target === undefined) return out === undefined;
    const below = path.relative(target, directory);
    return below.split(path.sep)[0] !== '..' && !path.isAbsolute(below);
  }
}

/** @param absolute of a file that need not be there */
export function pathKey(absolute: string, folding: Folding): string {
  const formed = folding.form ? absolute.normalize('NFC') : absolute;
  return folding.case ? formed.toLowerCase() : formed;
}

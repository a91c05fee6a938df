import path from 'node:path';
import { SrganError, systemCode } from '../../system/errors.js';
import { opendir, realpath, stat } from '../../system/files/fs.js';
import type { Choose, Entry } from './match.js';
import { compareNatural } from './natural.js';

export interface Found {
  /** Begins as the root was given. */
  readonly path: string;
  /** The directory at `path` could not be read. */
  readonly unreadable?: SrganError;
}

export interface WalkRules {
  readonly choose: Choose;
  /** Directories, as real paths, that are never looked into. */
  readonly isBarred: (realDirectory: string) => boolean;
}

const CHUNK = 512;

/**
 * What `choose` takes below `root`, in natural order of the whole path, name by name. Symbolic links are
 * followed, but never into a directory that is being walked already. Holds the names of one directory and of
 * those on the way to it.
 */
export async function* walk(root: string, rules: WalkRules): AsyncGenerator<Found> {
  try {
    yield* inside(root, [await realpath(root)]);
  } catch (error) {
    const unreadable = refusal(root, error);
    if (unreadable) yield { path: root, unreadable };
  }

  async function* inside(directory: string, chain: readonly string[]): AsyncGenerator<Found> {
    let listing: Listed[];
    try {
      listing = await list(directory);
    } catch (error) {
      const unreadable = refusal(directory, error);
      if (unreadable) yield { path: directory, unreadable };
      return;
    }
    const absolute = path.resolve(directory);
    for (let start = 0; start < listing.length; start += CHUNK) {
      const entries = await Promise.all(
        listing.slice(start, start + CHUNK).map((listed) => followed(directory, listed)),
      );
      const { taken, entered } = rules.choose(absolute, entries);
      for (const { name, isDirectory, isLink } of entries) {
        const child = path.join(directory, name);
        if (taken.has(name)) yield { path: child };
        if (!isDirectory || !entered.has(name)) continue;
        const childReal = isLink
          ? await realpath(child).catch(() => undefined)
          : path.join(chain.at(-1) ?? '', name);
        if (childReal === undefined) continue;
        if (!chain.includes(childReal) && !rules.isBarred(childReal))
          yield* inside(child, [...chain, childReal]);
      }
    }
  }
}

interface Listed extends Entry {
  readonly isLink: boolean;
}

async function list(directory: string): Promise<Listed[]> {
  const entries: Listed[] = [];
  for await (const entry of await opendir(directory, { bufferSize: 256 })) {
    entries.push({ name: entry.name, isDirectory: entry.isDirectory(), isLink: entry.isSymbolicLink() });
  }
  return entries.sort((a, b) => compareNatural(a.name, b.name));
}

/** A link that leads nowhere counts as a file, so that whoever opens it says what is wrong. */
async function followed(directory: string, listed: Listed): Promise<Listed> {
  if (!listed.isLink) return listed;
  const target = await stat(path.join(directory, listed.name)).catch(() => undefined);
  return { ...listed, isDirectory: target?.isDirectory() ?? false };
}

/** Undefined where the directory is gone: then there is nothing in it. */
function refusal(directory: string, error: unknown): SrganError | undefined {
  const code = systemCode(error);
  if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
  return code === 'EACCES' || code === 'EPERM'
    ? new SrganError('E_ACCESS', `${directory}: this directory may not be read.`, { cause: error })
    : new SrganError('E_READ', `${directory}: reading this directory failed.`, { cause: error });
}

import path from 'node:path';
import { SrganError, systemCode } from '../../system/errors.js';
import { opendir, realpath, stat } from '../../system/files/fs.js';
import type { Matcher, Entry } from './match.js';

export interface Found {
  /** Starts with the root as given. */
  readonly path: string;
  /** Set if `path` is a directory that could not be read. */
  readonly unreadable?: SrganError;
}

export interface WalkRules {
  readonly choose: Matcher;
  /** Returns whether to skip a directory, given by its real path. */
  readonly isExcluded: (realDirectory: string) => boolean;
}

const BATCH = 512;

/**
 * Finds the files that `choose` selects below `root`, in natural order of each path segment. Follows symbolic links,
 * except into a directory that is already being walked. Holds the names of the current directory and its parents.
 */
export async function* walk(root: string, rules: WalkRules): AsyncGenerator<Found> {
  try {
    yield* inside(root, [await realpath(root)]);
  } catch (error) {
    const unreadable = unreadableError(root, error);
    if (unreadable) yield { path: root, unreadable };
  }

  async function* inside(directory: string, chain: readonly string[]): AsyncGenerator<Found> {
    let listing: Listed[];
    try {
      listing = await listDirectory(directory);
    } catch (error) {
      const unreadable = unreadableError(directory, error);
      if (unreadable) yield { path: directory, unreadable };
      return;
    }
    const absolute = path.resolve(directory);
    for (let start = 0; start < listing.length; start += BATCH) {
      const entries = await Promise.all(
        listing.slice(start, start + BATCH).map((listed) => resolveLink(directory, listed)),
      );
      const { selected, descended } = rules.choose(absolute, entries);
      for (const { name, isDirectory, isLink } of entries) {
        const child = path.join(directory, name);
        if (selected.has(name)) yield { path: child };
        if (!isDirectory || !descended.has(name)) continue;
        const childReal = isLink
          ? await realpath(child).catch(() => undefined)
          : path.join(chain.at(-1) ?? '', name);
        if (childReal === undefined) continue;
        if (!chain.includes(childReal) && !rules.isExcluded(childReal))
          yield* inside(child, [...chain, childReal]);
      }
    }
  }
}

interface Listed extends Entry {
  readonly isLink: boolean;
}

async function listDirectory(directory: string): Promise<Listed[]> {
  const entries: Listed[] = [];
  for await (const entry of await opendir(directory, { bufferSize: 256 })) {
    entries.push({ name: entry.name, isDirectory: entry.isDirectory(), isLink: entry.isSymbolicLink() });
  }
  return entries.sort((a, b) => compareNatural(a.name, b.name));
}

/** A broken link counts as a file: opening it reports the error. */
async function resolveLink(directory: string, listed: Listed): Promise<Listed> {
  if (!listed.isLink) return listed;
  const target = await stat(path.join(directory, listed.name)).catch(() => undefined);
  return { ...listed, isDirectory: target?.isDirectory() ?? false };
}

/** Returns undefined if the directory is gone: then it counts as empty. */
function unreadableError(directory: string, error: unknown): SrganError | undefined {
  const code = systemCode(error);
  if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
  return code === 'EACCES' || code === 'EPERM'
    ? new SrganError('E_ACCESS', `${directory}: reading this directory is not allowed.`, { cause: error })
    : new SrganError('E_READ', `${directory}: reading this directory failed.`, { cause: error });
}

/**
 * Compares names in natural order: digits by value, so that a2 comes before a10, and letters regardless of ASCII
 * case. Independent of the locale. Only equal names compare as 0.
 */
export function compareNatural(a: string, b: string): number {
  let i = 0;
  let j = 0;
  while (i < a.length && j < b.length) {
    if (isDigit(a, i) && isDigit(b, j)) {
      const endA = endOfDigits(a, i);
      const endB = endOfDigits(b, j);
      const order = compareDigits(withoutZeros(a, i, endA), withoutZeros(b, j, endB));
      if (order !== 0) return order;
      i = endA;
      j = endB;
    } else {
      const order = lowerCaseAt(a, i) - lowerCaseAt(b, j);
      if (order !== 0) return order;
      i += 1;
      j += 1;
    }
  }
  return a.length - i - (b.length - j) || (a < b ? -1 : Number(a > b));
}

function isDigit(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code >= 48 && code <= 57;
}

function endOfDigits(text: string, from: number): number {
  let end = from;
  while (end < text.length && isDigit(text, end)) end += 1;
  return end;
}

function withoutZeros(text: string, from: number, end: number): string {
  let start = from;
  while (start < end - 1 && text[start] === '0') start += 1;
  return text.slice(start, end);
}

function compareDigits(a: string, b: string): number {
  return a.length - b.length || (a < b ? -1 : Number(a > b));
}

function lowerCaseAt(text: string, at: number): number {
  const code = text.charCodeAt(at);
  return code >= 65 && code <= 90 ? code + 32 : code;
}

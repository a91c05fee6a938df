import { createRequire } from 'node:module';
import path from 'node:path';
import type FastGlob from 'fast-glob';
import type { FileSystemAdapter } from 'fast-glob';

export interface Entry {
  readonly name: string;
  readonly isDirectory: boolean;
}

/** Of the entries of one directory: names that are taken, and subdirectories worth looking into. */
export interface Choice {
  readonly taken: ReadonlySet<string>;
  readonly entered: ReadonlySet<string>;
}

/** @param directory absolute path */
export type Choose = (directory: string, entries: readonly Entry[]) => Choice;

const require = createRequire(import.meta.url);

/** Loaded for the first glob: its modules take half as long to load as Node itself. */
const fastGlob = () => require('fast-glob') as typeof FastGlob;

/** One of these characters is in each pattern that is more than a name. */
const MAGIC = /[*?!([{\\]/;

const isDynamic = (pattern: string) => MAGIC.test(pattern) && fastGlob().isDynamicPattern(pattern);

const NOTHING: Choice = { taken: new Set(), entered: new Set() };

export const anything: Choose = (_, entries) => ({ taken: namesOf(entries), entered: namesOf(entries) });

export function namesOf(entries: readonly Entry[], among?: ReadonlySet<string>): ReadonlySet<string> {
  return new Set(entries.map(({ name }) => name).filter((name) => among?.has(name) ?? true));
}

const VIRTUAL_ROOT = path.resolve(path.sep);

/**
 * Chooses by globs relative to `root`. fast-glob does the matching, but on the entries of one directory at a
 * time, shown to it as a tree with nothing else in it: its own streams hold every path at once, in no order.
 */
export function globs(root: string, patterns: readonly string[], { dot = false } = {}): Choose {
  const dynamic = patterns.map(anyCaseExtension).map(asDynamic);
  return (directory, entries) => {
    const here = segments(root, directory);
    if (!here) return NOTHING;
    const entered = new Set<string>();
    const listing = entries.map(({ name, isDirectory }) => dirent(name, isDirectory));
    const readdirSync = (asked: string) => {
      const below = segments(VIRTUAL_ROOT, asked) ?? [];
      const shared = Math.min(below.length, here.length);
      for (let depth = 0; depth < shared; depth++) if (below[depth] !== here[depth]) return [];
      const next = here[below.length];
      if (next !== undefined) return [dirent(next, true)];
      const child = below[here.length];
      if (child === undefined) return listing;
      entered.add(child);
      return [];
    };
    const found = fastGlob().sync(dynamic, {
      cwd: VIRTUAL_ROOT,
      dot,
      onlyFiles: false,
      unique: false,
      fs: { readdirSync: readdirSync as unknown as FileSystemAdapter['readdirSync'] },
    });
    const taken = new Set<string>();
    for (const match of found) {
      const parts = match.split('/');
      const name = parts[here.length];
      if (name !== undefined && parts.length === here.length + 1) taken.add(name);
    }
    return { taken, entered };
  };
}

/** A pattern taken apart: the directory to begin in, and globs relative to it. */
export interface Task {
  readonly directory: string;
  readonly globs: readonly string[];
}

/** Expands braces, and groups what comes out by the directory where its magic begins. */
export function tasksOf(pattern: string): Task[] {
  return fastGlob()
    .generateTasks(pattern)
    .map(({ base, positive }) => {
      const depth = base === '.' ? 0 : base === '/' ? 1 : base.split('/').length;
      return { directory: base, globs: positive.map((glob) => glob.split('/').slice(depth).join('/')) };
    });
}

export function isGlob(pattern: string): boolean {
  return isDynamic(pattern);
}

/** Names relative to `root`, or undefined where `directory` does not lie in it. */
function segments(root: string, directory: string): string[] | undefined {
  const relative = path.relative(root, directory);
  if (relative === '') return [];
  const names = relative.split(path.sep);
  return names[0] === '..' || path.isAbsolute(relative) ? undefined : names;
}

function dirent(name: string, isDirectory: boolean) {
  return {
    name,
    isDirectory: () => isDirectory,
    isFile: () => !isDirectory,
    isSymbolicLink: () => false,
  };
}

/** `*.png` as `*.[pP][nN][gG]`; a last part such as `*.@(png|jpg)` likewise. */
function anyCaseExtension(pattern: string): string {
  return pattern.replace(/\.[\w|@()?*+]+$/, (extension) =>
    extension.replace(/[a-z]/gi, (letter) => `[${letter.toLowerCase()}${letter.toUpperCase()}]`),
  );
}

/** fast-glob looks a pattern without magic up on the real disk; with some, it matches it like the others. */
function asDynamic(pattern: string): string {
  if (isDynamic(pattern)) return pattern;
  const last = Array.from(pattern).at(-1) ?? '';
  return pattern.slice(0, -last.length) + (/\w/.test(last) ? `[${last}]` : `\\${last}`);
}

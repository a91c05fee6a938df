import { createRequire } from 'node:module';
import path from 'node:path';
import type FastGlob from 'fast-glob';
import type { Settings } from '../../contract/options.js';

export interface Entry {
  readonly name: string;
  readonly isDirectory: boolean;
}

/** Names of entries of one directory. */
export interface Selection {
  readonly selected: ReadonlySet<string>;
  /** Subdirectories that may contain matches. */
  readonly descended: ReadonlySet<string>;
}

/** @param directory absolute path */
export type Matcher = (directory: string, entries: readonly Entry[]) => Selection;

const require = createRequire(import.meta.url);

/** Loaded for the first glob: its modules take half as long to load as Node itself. */
const fastGlob = () => require('fast-glob') as typeof FastGlob;
/** The matcher under fast-glob. */
const picomatch = () =>
  require('picomatch') as {
    makeRe(pattern: string, options: object): RegExp;
    scan(pattern: string, options: object): { readonly parts?: readonly string[] };
  };

/** Every glob contains at least one of these characters. */
const MAGIC = /[*?!([{\\]/;

export const isGlob = (pattern: string): boolean =>
  MAGIC.test(pattern) && fastGlob().isDynamicPattern(pattern);

export const NOTHING: Selection = { selected: new Set(), descended: new Set() };

export const matchAll: Matcher = (_, entries) => ({
  selected: namesOf(entries),
  descended: namesOf(entries),
});

export function namesOf(entries: readonly Entry[], among?: ReadonlySet<string>): ReadonlySet<string> {
  return new Set(entries.map(({ name }) => name).filter((name) => among?.has(name) ?? true));
}

/** Matches globs relative to `root`, with the syntax of fast-glob. Extensions match in any case. */
export function globMatcher(root: string, patterns: readonly string[], { dot = false } = {}): Matcher {
  const tasks = fastGlob().generateTasks(patterns.map(anyCaseExtension));
  const positive = tasks.flatMap((task) => task.positive.map((pattern) => compile(pattern, dot)));
  const negative = (tasks[0]?.negative ?? []).map((pattern) => compile(pattern, true));
  return (directory, entries) => {
    const above = segments(root, directory);
    if (!above) return NOTHING;
    const selected = new Set<string>();
    const descended = new Set<string>();
    for (const { name, isDirectory } of entries) {
      const names = [...above, name];
      if (negative.some((glob) => glob.matches(names, isDirectory))) continue;
      if (positive.some((glob) => glob.matches(names, isDirectory))) selected.add(name);
      if (isDirectory && positive.some((glob) => glob.mayMatchBelow(names))) descended.add(name);
    }
    return { selected, descended };
  };
}

/** A compiled glob. Paths are given as their segments. */
interface Glob {
  matches(names: readonly string[], isDirectory: boolean): boolean;
  /** Returns whether anything below the directory may match. */
  mayMatchBelow(directory: readonly string[]): boolean;
}

function compile(pattern: string, dot: boolean): Glob {
  const options = { dot, posix: true };
  const whole = picomatch().makeRe(pattern, options);
  const { parts = [] } = picomatch().scan(pattern, { ...options, parts: true });
  const levels = (parts.length > 0 ? parts : [pattern]).map((part) =>
    part.includes('**') ? ('any depth' as const) : picomatch().makeRe(part, options),
  );
  const anyDepthFrom = levels.indexOf('any depth');
  return {
    matches(names, isDirectory) {
      const text = names.join('/');
      return whole.test(text) || (isDirectory && whole.test(`${text}/`));
    },
    mayMatchBelow(directory) {
      if (anyDepthFrom === -1 && levels.length <= directory.length) return false;
      const fixed = anyDepthFrom === -1 ? directory.length : Math.min(anyDepthFrom, directory.length);
      return levels
        .slice(0, fixed)
        .every((level, at) => level instanceof RegExp && level.test(directory[at] ?? ''));
    },
  };
}

/** The directory where a search starts, and globs relative to it. */
export interface GlobTask {
  readonly directory: string;
  readonly globs: readonly string[];
}

/** Expands braces and groups the results by their longest directory without magic characters. */
export function parseGlob(pattern: string): GlobTask[] {
  return fastGlob()
    .generateTasks(pattern)
    .map(({ base, positive }) => {
      const depth = base === '.' ? 0 : base === '/' ? 1 : base.split('/').length;
      return { directory: base, globs: positive.map((glob) => glob.split('/').slice(depth).join('/')) };
    });
}

/** Returns the path segments of `directory` below `root`, or undefined if it is elsewhere. */
function segments(root: string, directory: string): string[] | undefined {
  const relative = path.relative(root, directory);
  if (relative === '') return [];
  const names = relative.split(path.sep);
  return names[0] === '..' || path.isAbsolute(relative) ? undefined : names;
}

/** Turns `*.png` into `*.[pP][nN][gG]`, and likewise an extension such as `.@(png|jpg)`. */
function anyCaseExtension(pattern: string): string {
  return pattern.replace(/\.[\w|@()?*+]+$/, (extension) =>
    extension.replace(/[a-z]/gi, (letter) => `[${letter.toLowerCase()}${letter.toUpperCase()}]`),
  );
}

/**
 * Restricts a matcher by `include` and `exclude`, relative to the base, and by negated patterns, relative to the
 * working directory.
 */
export function narrow(
  matcher: Matcher,
  base: string,
  settings: Pick<Settings, 'include' | 'exclude'>,
  negations: readonly string[],
): Matcher {
  const wanted = settings.include.length > 0 ? globMatcher(base, settings.include.map(atAnyDepth)) : matchAll;
  const unwanted = [
    ...settings.exclude.map((pattern) => globMatcher(base, withContents(atAnyDepth(pattern)), { dot: true })),
    ...negations.flatMap((pattern) => negatedMatchers(pattern, base)),
  ];
  return (directory, entries) => {
    const matched = matcher(directory, entries);
    const included = wanted(directory, entries);
    const excluded = unwanted.map((exclude) => exclude(directory, entries).selected);
    const rest = entries.filter(({ name }) => !excluded.some((names) => names.has(name)));
    return {
      selected: namesOf(
        rest.filter(({ name }) => included.selected.has(name)),
        matched.selected,
      ),
      descended: namesOf(rest, matched.descended),
    };
  };
}

function negatedMatchers(pattern: string, base: string): Matcher[] {
  if (/^\/*$/.test(pattern)) return [];
  const named = atAnyDepth(pattern);
  if (named.startsWith('**/')) {
    return [globMatcher(base, withContents(named), { dot: true })];
  }
  return parseGlob(pattern.replace(/\/+$/, '')).map((task) =>
    globMatcher(path.resolve(task.directory), task.globs.flatMap(withContents), { dot: true }),
  );
}

/** A pattern without a slash matches names at any depth. */
function atAnyDepth(pattern: string): string {
  return pattern.replace(/\/+$/, '').includes('/') ? pattern : `**/${pattern}`;
}

/** Matches a directory, with or without its slash, and its contents. */
function withContents(pattern: string): string[] {
  const bare = pattern.replace(/\/+$/, '');
  return [bare, `${bare}/**`];
}

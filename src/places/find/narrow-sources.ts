import path from 'node:path';
import type { Settings } from '../../contract/options.js';
import { anything, globs, namesOf, tasksOf, type Choose } from './match.js';

/** Applies `include` and `exclude`, relative to the base, and negated patterns, relative to where we are. */
export function narrow(
  choose: Choose,
  base: string,
  settings: Pick<Settings, 'include' | 'exclude'>,
  negations: readonly string[],
): Choose {
  const wanted = settings.include.length > 0 ? globs(base, settings.include.map(anywhere)) : anything;
  const unwanted = [
    ...settings.exclude.map((pattern) => globs(base, withContents(anywhere(pattern)), { dot: true })),
    ...negations.flatMap((pattern) => negated(pattern, base)),
  ];
  return (directory, entries) => {
    const choice = choose(directory, entries);
    const included = wanted(directory, entries);
    const out = unwanted.map((choose) => choose(directory, entries).taken);
    const staying = entries.filter(({ name }) => !out.some((names) => names.has(name)));
    return {
      taken: namesOf(
        staying.filter(({ name }) => included.taken.has(name)),
        choice.taken,
      ),
      entered: namesOf(staying, choice.entered),
    };
  };
}

function negated(pattern: string, base: string): Choose[] {
  if (/^\/*$/.test(pattern)) return [];
  const named = anywhere(pattern);
  if (named.startsWith('**/')) {
    return [globs(base, withContents(named), { dot: true })];
  }
  return tasksOf(pattern.replace(/\/+$/, '')).map((task) =>
    globs(path.resolve(task.directory), task.globs.flatMap(withContents), { dot: true }),
  );
}

/** A pattern without a slash is about names, wherever they are. */
function anywhere(pattern: string): string {
  return pattern.replace(/\/+$/, '').includes('/') ? pattern : `**/${pattern}`;
}

/** A directory with or without its slash, and all in it. */
function withContents(pattern: string): string[] {
  const bare = pattern.replace(/\/+$/, '');
  return [bare, `${bare}/**`];
}

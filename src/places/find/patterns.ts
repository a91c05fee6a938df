import path from 'node:path';
import { createCompactSet } from '../../system/compact-set.js';
import { realpath, stat } from '../../system/files/fs.js';
import type { Settings } from '../../contract/options.js';
import { absolutePlace, directoryOf, isRemote } from '../../system/files/address.js';
import type { Storages } from '../storage/storages.js';
import { commonBase } from './base.js';
import type { Draft } from './draft.js';
import { matchAll, globMatcher, isGlob, namesOf, parseGlob, type Matcher, narrow } from './match.js';
import { imagesBelow, objectsMatching, remoteKindOf, type RemoteKind } from './objects.js';
import { compareNatural, walk } from './walk.js';
import { IMAGE_NAME, isUnreadName, matchUnreadImages } from './image-names.js';

type Kind = RemoteKind | 'directory' | 'negation';

/**
 * Finds the sources that globs, files and directories name, in the order of the arguments, each file once.
 * @param onUnread called for each unsupported image in a directory
 */
export async function* fromPatterns(
  patterns: readonly string[],
  settings: Settings,
  storages: Storages,
  onUnread?: (name: string) => void,
): AsyncGenerator<Draft> {
  const args = patterns.map(normalizeSlashes);
  const kinds = await Promise.all(args.map((arg) => kindOf(arg, storages)));
  const files = commonBase();
  args.forEach((arg, at) => {
    if (kinds[at] === 'file') files.add(directoryOf(arg));
  });
  const negations = args.filter((_, at) => kinds[at] === 'negation').map((arg) => arg.slice(1));
  const realOut =
    settings.out === undefined || isRemote(settings.out) ? undefined : await realPathOf(settings.out);
  const isExcluded = (directory: string) => directory === realOut;
  const seen = args.length > 1 || args.some((arg) => arg.includes('{')) ? createCompactSet() : undefined;
  const isNew = (draft: Draft) => seen?.add(absolutePlace(draft.path)) ?? true;

  const rules = { settings, negations, isImageName: IMAGE_NAME };

  for (const [at, arg] of args.entries()) {
    for await (const draft of draftsOf(arg, kinds[at])) if (isNew(draft)) yield draft;
  }

  async function* draftsOf(arg: string, kind: Kind | undefined): AsyncGenerator<Draft> {
    switch (kind) {
      case 'file':
        if (isRemote(arg)) {
          yield { path: arg, base: files.prefix };
          return;
        }
        yield* file(arg, files.directory);
        return;
      case 'prefix':
        yield* imagesBelow(arg, storages, { ...rules, onUnread });
        return;
      case 'directory':
        yield* found(arg, arg, settings.recursive ? anyImage : shallow(anyImage), onUnread);
        return;
      case 'glob':
        yield* isRemote(arg) ? objectsMatching(arg, storages, rules) : matches(arg);
        return;
    }
  }

  async function* matches(arg: string): AsyncGenerator<Draft> {
    const tasks = parseGlob(arg).sort((a, b) => compareNatural(a.directory, b.directory));
    const base = commonBase();
    for (const { directory } of tasks) base.add(directory);
    for (const task of tasks) {
      const choose = withoutPlainDirectories(globMatcher(path.resolve(task.directory), task.globs));
      yield* found(task.directory, base.directory, choose);
    }
  }

  async function* found(
    root: string,
    base: string,
    choose: Matcher,
    onPassed?: (name: string) => void,
  ): AsyncGenerator<Draft> {
    const narrowed = narrow(choose, path.resolve(base), settings, negations);
    const passed = onPassed && narrow(matchUnreadImages, path.resolve(base), settings, negations);
    const counting: Matcher = (directory, entries) => {
      if (entries.some(({ name }) => isUnreadName(name))) {
        for (const name of passed?.(directory, entries).selected ?? []) onPassed?.(name);
      }
      return narrowed(directory, entries);
    };
    for await (const { path: file, unreadable } of walk(root, { choose: counting, isExcluded })) {
      yield { path: file, base, invalid: unreadable };
    }
  }

  function* file(arg: string, base: string): Generator<Draft> {
    const name = path.basename(arg);
    const narrowed = narrow(matchAll, base, settings, negations);
    const { selected } = narrowed(path.dirname(path.resolve(arg)), [{ name, isDirectory: false }]);
    if (selected.has(name)) yield { path: arg, base, stated: true };
  }
}

/** An existing file or directory is not a glob, even if its name looks like one. */
async function kindOf(arg: string, storages: Storages): Promise<Kind> {
  if (isRemote(arg)) return remoteKindOf(arg, IMAGE_NAME, storages);
  const facts = await stat(arg).catch(() => undefined);
  if (facts) return facts.isDirectory() ? 'directory' : 'file';
  if (arg.startsWith('!') && !arg.startsWith('!(')) return 'negation';
  return isGlob(arg) ? 'glob' : 'file';
}

/** Returns the real path of a file that may not exist yet. */
async function realPathOf(wanted: string): Promise<string> {
  const absolute = path.resolve(wanted);
  return realpath(absolute).catch(async () => {
    const parent = path.dirname(absolute);
    return parent === absolute ? absolute : path.join(await realPathOf(parent), path.basename(absolute));
  });
}

/** On Windows, a backslash separates names and never escapes. */
function normalizeSlashes(pattern: string): string {
  return path.sep === '\\' && !isRemote(pattern) ? pattern.replaceAll('\\', '/') : pattern;
}

const anyImage: Matcher = (_, entries) => {
  const shown = entries.filter(({ name }) => !name.startsWith('.'));
  return {
    selected: namesOf(shown.filter(({ name, isDirectory }) => !isDirectory && IMAGE_NAME.test(name))),
    descended: namesOf(shown.filter(({ isDirectory }) => isDirectory)),
  };
};

const shallow =
  (choose: Matcher): Matcher =>
  (directory, entries) => ({ ...choose(directory, entries), descended: new Set() });

/** Drops directories unless they are named like an image: opening such a one reports the error. */
const withoutPlainDirectories =
  (choose: Matcher): Matcher =>
  (directory, entries) => {
    const { selected, descended } = choose(directory, entries);
    const sources = entries.filter(({ name, isDirectory }) => !isDirectory || IMAGE_NAME.test(name));
    return { selected: new Set(namesOf(sources, selected)), descended };
  };

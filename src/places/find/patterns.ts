import path from 'node:path';
import { createCompactSet } from '../../system/compact-set.js';
import { realpath, stat } from '../../system/files/fs.js';
import type { Settings } from '../../contract/options.js';
import { absolutePlace, directoryOf, isRemote } from '../../system/files/address.js';
import type { Storages } from '../storage/storages.js';
import { commonBase } from './base.js';
import type { Draft } from './draft.js';
import { anything, globs, isGlob, namesOf, tasksOf, type Choose } from './match.js';
import { narrow } from './narrow-sources.js';
import { belowPrefix, matching, remoteKindOf, type RemoteKind } from './objects.js';
import { compareNatural } from './natural.js';
import { isUnreadName, unreadImages } from './unread-kinds.js';
import { walk } from './walk.js';

/** Extensions of what is read, without the dot. */
export const IMAGE_EXTENSIONS = [
  ...['png', 'jpg', 'jpeg', 'jpe', 'jfif', 'mpo', 'webp', 'avif', 'tif', 'tiff', 'gif'],
  ...['bmp', 'dib', 'ppm', 'pgm', 'pbm', 'pnm', 'pam'],
];

const IMAGE_NAME = new RegExp(`\\.(?:${IMAGE_EXTENSIONS.join('|')})$`, 'i');

type Kind = RemoteKind | 'directory' | 'negation';

/**
 * Sources of globs, files and directories, in the order of the arguments; each file once.
 * @param onUnread told of each image in a directory that is passed over, since its kind is not read
 */
export async function* fromPatterns(
  patterns: readonly string[],
  settings: Settings,
  storages: Storages,
  onUnread?: (name: string) => void,
): AsyncGenerator<Draft> {
  const args = patterns.map(withSlashes);
  const kinds = await Promise.all(args.map((arg) => kindOf(arg, storages)));
  const files = commonBase();
  args.forEach((arg, at) => {
    if (kinds[at] === 'file') files.add(directoryOf(arg));
  });
  const negations = args.filter((_, at) => kinds[at] === 'negation').map((arg) => arg.slice(1));
  const realOut =
    settings.out === undefined || isRemote(settings.out) ? undefined : await realPathOf(settings.out);
  const isBarred = (directory: string) => directory === realOut;
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
        yield* belowPrefix(arg, storages, { ...rules, onUnread });
        return;
      case 'directory':
        yield* found(arg, arg, settings.recursive ? anyImage : shallow(anyImage), onUnread);
        return;
      case 'glob':
        yield* isRemote(arg) ? matching(arg, storages, rules) : matches(arg);
        return;
    }
  }

  async function* matches(arg: string): AsyncGenerator<Draft> {
    const tasks = tasksOf(arg).sort((a, b) => compareNatural(a.directory, b.directory));
    const base = commonBase();
    for (const { directory } of tasks) base.add(directory);
    for (const task of tasks) {
      const choose = filesAndImageNames(globs(path.resolve(task.directory), task.globs));
      yield* found(task.directory, base.directory, choose);
    }
  }

  async function* found(
    root: string,
    base: string,
    choose: Choose,
    onPassed?: (name: string) => void,
  ): AsyncGenerator<Draft> {
    const narrowed = narrow(choose, path.resolve(base), settings, negations);
    const passed = onPassed && narrow(unreadImages, path.resolve(base), settings, negations);
    const counting: Choose = (directory, entries) => {
      if (entries.some(({ name }) => isUnreadName(name))) {
        for (const name of passed?.(directory, entries).taken ?? []) onPassed?.(name);
      }
      return narrowed(directory, entries);
    };
    for await (const { path: file, unreadable } of walk(root, { choose: counting, isBarred })) {
      yield { path: file, base, invalid: unreadable };
    }
  }

  function* file(arg: string, base: string): Generator<Draft> {
    const name = path.basename(arg);
    const narrowed = narrow(anything, base, settings, negations);
    const { taken } = narrowed(path.dirname(path.resolve(arg)), [{ name, isDirectory: false }]);
    if (taken.has(name)) yield { path: arg, base, stated: true };
  }
}

/** What exists is taken as it stands, even where its name looks like a glob. */
async function kindOf(arg: string, storages: Storages): Promise<Kind> {
  if (isRemote(arg)) return remoteKindOf(arg, IMAGE_NAME, storages);
  const facts = await stat(arg).catch(() => undefined);
  if (facts) return facts.isDirectory() ? 'directory' : 'file';
  if (arg.startsWith('!') && !arg.startsWith('!(')) return 'negation';
  return isGlob(arg) ? 'glob' : 'file';
}

/** The real path of what may not be there yet. */
async function realPathOf(wanted: string): Promise<string> {
  const absolute = path.resolve(wanted);
  return realpath(absolute).catch(async () => {
    const parent = path.dirname(absolute);
    return parent === absolute ? absolute : path.join(await realPathOf(parent), path.basename(absolute));
  });
}

/** On Windows a back-slash parts names and never escapes. */
function withSlashes(pattern: string): string {
  return path.sep === '\\' && !isRemote(pattern) ? pattern.replaceAll('\\', '/') : pattern;
}

const anyImage: Choose = (_, entries) => {
  const shown = entries.filter(({ name }) => !name.startsWith('.'));
  return {
    taken: namesOf(shown.filter(({ name, isDirectory }) => !isDirectory && IMAGE_NAME.test(name))),
    entered: namesOf(shown.filter(({ isDirectory }) => isDirectory)),
  };
};

const shallow =
  (choose: Choose): Choose =>
  (directory, entries) => ({ ...choose(directory, entries), entered: new Set() });

/** A directory is no source, unless its name says image: then whoever opens it says what is wrong. */
const filesAndImageNames =
  (choose: Choose): Choose =>
  (directory, entries) => {
    const { taken, entered } = choose(directory, entries);
    const sources = entries.filter(({ name, isDirectory }) => !isDirectory || IMAGE_NAME.test(name));
    return { taken: new Set(namesOf(sources, taken)), entered };
  };

import path from 'node:path';
import { Readable } from 'node:stream';
import { commonBase, relativeTo, remoteRelativeTo, type CommonBase } from '../../places/find/base.js';
import type { Draft } from '../../places/find/draft.js';
import { fromIterable, fromListFile, fromStream } from '../../places/find/lists.js';
import { fromPatterns } from '../../places/find/patterns.js';
import { ownResults } from '../../places/find/own-results.js';
import { takeUntil } from '../../places/find/until.js';
import type { FoundSource, Source } from '../../contract/job.js';
import type { Inputs } from '../../contract/program-inputs.js';
import type { Settings } from '../../contract/options.js';
import { directoryOf, isRemote } from '../../system/files/address.js';
import { openStorages, type Storages } from '../../places/storage/storages.js';

/**
 * Yields the sources of a run on demand. Ends after `settings.limit` sources, and at once when `drain` aborts.
 *
 * Order: arguments as given; below a directory or glob in natural order of the whole path, so that `a2` comes before
 * `a10`; lists as written. A file named by several arguments is one source.
 *
 * What is mirrored under the output directory is the path below `settings.base`, or where that is not stated:
 * of a directory, itself; of a glob, the directory where its magic begins; of files, the deepest directory
 * that holds all the files among the arguments; of a list in a file, the deepest one that holds all it names. A
 * stream and an iterable cannot be looked through beforehand: theirs is the working directory. A source outside
 * of its base keeps its whole path without the root, which of an object is its bucket and key; of a URL it is the
 * name of the file alone. Objects come in the order of their storage. Results of earlier runs are no sources
 * (`ownResults`), but for a file that an argument names.
 * @param onUnread told of each image below a directory that is passed over, since its kind is not read
 * @throws SrganError E_USAGE where a list file cannot be read, E_STORAGE where objects cannot be listed
 */
export async function* find(
  settings: Settings,
  drain: AbortSignal,
  storages: Storages = openStorages(settings),
  onUnread?: (name: string) => void,
): AsyncGenerator<Source> {
  const { inputs, limit } = settings;
  let index = 0;
  if (limit < 1) return;
  for await (const source of takeUntil(sourcesOf(settings, storages, onUnread), drain, () => letGo(inputs))) {
    yield { ...source, index };
    index += 1;
    if (index >= limit) return;
  }
}

async function* sourcesOf(
  settings: Settings,
  storages: Storages,
  onUnread: ((name: string) => void) | undefined,
): AsyncGenerator<FoundSource> {
  const { inputs } = settings;
  if (inputs.kind === 'found') {
    yield* inputs.sources;
    return;
  }
  const stated = await statedBase(settings);
  // a walk skips the output directory, unless it was given explicitly
  const walks = inputs.kind === 'patterns' && settings.out !== undefined;
  const isResult = walks ? undefined : ownResults(settings, stated?.directory);
  for await (const draft of draftsOf(settings, inputs, storages, onUnread)) {
    if (!draft.invalid && !draft.stated && (await isResult?.(draft.path))) continue;
    yield {
      path: draft.path,
      relativePath: draft.invalid ? path.basename(draft.path) : relativePathOf(draft, stated),
      overrides: draft.overrides ?? {},
      extra: draft.extra ?? {},
      invalid: draft.invalid,
    };
  }
}

function relativePathOf({ path: place, base }: Draft, stated: CommonBase | undefined): string {
  if (!isRemote(place)) return relativeTo(stated?.directory ?? base ?? '.', place);
  return remoteRelativeTo(stated?.prefix ?? base, place);
}

function draftsOf(
  settings: Settings,
  inputs: Exclude<Inputs, { kind: 'found' }>,
  storages: Storages,
  onUnread: ((name: string) => void) | undefined,
): AsyncGenerator<Draft> {
  switch (inputs.kind) {
    case 'patterns':
      return fromPatterns(inputs.patterns, settings, storages, onUnread);
    case 'list':
      return fromStream(inputs.stream, inputs.format);
    case 'list-file':
      return fromListFile(inputs);
    case 'iterable':
      return fromIterable(inputs.sources);
  }
}

/** Without an output directory nothing is mirrored, so a list file need not be read twice. */
async function statedBase({ inputs, base, out, shard }: Settings): Promise<CommonBase | undefined> {
  if (base !== undefined)
    return isRemote(base) ? { directory: undefined, prefix: base } : { directory: base };
  if (inputs.kind !== 'list-file' || (out === undefined && !shard)) return undefined;
  const common = commonBase();
  const isResult = ownResults({ out });
  for await (const draft of fromListFile(inputs)) {
    if (!draft.invalid && !(await isResult(draft.path))) common.add(directoryOf(draft.path));
  }
  return common;
}

/** Destroys a list's stream: one that stays open, such as stdin, would keep the process alive. */
function letGo(inputs: Inputs) {
  if (inputs.kind === 'list' && inputs.stream instanceof Readable) inputs.stream.destroy();
}

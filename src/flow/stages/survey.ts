import path from 'node:path';
import { createCompactSet, type CompactSet } from '../../system/compact-set.js';
import { SrganError } from '../../system/errors.js';
import { realpath } from '../../system/files/fs.js';
import { isBrokenList } from '../../places/find/draft.js';
import { isInShard } from '../../places/find/shard.js';
import type { Source } from '../../contract/job.js';
import type { Settings } from '../../contract/options.js';
import { collision, createClaims } from '../plan/outputs.js';
import { createNaming, ANY_FACTOR, predictOutput } from '../plan/name.js';
import type { KeyOf } from '../plan/path-keys.js';
import { isRemote } from '../../system/files/address.js';
import { openStorages, type Storages } from '../../places/storage/storages.js';
import { find } from './find.js';

/** Result of a first pass over all sources, before anything is written. */
export interface Survey {
  /** Number of sources (of this shard); undefined where they can be read only once, or a list broke off. */
  readonly sources: number | undefined;
  /** In a shard: called for each source as it comes, including those of other shards. */
  meet(source: Source): Promise<void>;
  /** @throws SrganError E_COLLISION where another source would have the same output */
  refuseCollision(source: Source, output: string | undefined): Promise<void>;
  /** Whether the path is known to be that of a source; always false where there was no first pass. */
  isInput(path: string): Promise<boolean>;
}

/** Number of outputs for which a collision is reported with the names of both sources. */
const MAX_NAMED = 10_000;

/**
 * Counts the sources and finds colliding outputs, where sources can be read twice: globs, files, directories and lists
 * in a file. Takes 24 to 48 bytes per source. Outputs whose names need the header or the bytes are left to `plan`. A
 * shard also looks at all sources, so that each shard refuses the same ones as a run without shards.
 * @param drain ends the pass early; what was found until then counts
 * @throws SrganError E_STORAGE where a list broke off and outputs may be replaced: one of the sources might be
 */
export async function survey(
  settings: Settings,
  keyOf: KeyOf,
  drain: AbortSignal = NEVER,
  storages: Storages = openStorages(settings),
): Promise<Survey> {
  const { inputs: from, shard } = settings;
  if (from.kind === 'list' || from.kind === 'iterable') {
    return shard ? surveyInPassing(settings, keyOf) : blind;
  }
  const naming = createNaming(settings);
  const inputs = createCompactSet();
  const outputs = createCompactSet();
  const doubled = createCompactSet();
  let sources = 0;
  let whole = true;

  for await (const source of find(settings, drain, storages)) {
    if (!shard || isInShard(source, shard)) sources += 1;
    if (isBrokenList(source)) {
      if (settings.existing === 'overwrite') throw source.invalid;
      whole = false;
    }
    if (source.invalid) continue;
    inputs.add(await keyOf(source.path));
    if (settings.existing === 'overwrite') await addReal(inputs, source.path, keyOf);
    const output = await outputKey(source);
    if (output !== undefined && !outputs.add(output)) doubled.add(output);
  }
  const pairs = doubled.size > 0 ? await namesOf(doubled) : new Map<string, Pair>();

  return {
    sources: whole ? sources : undefined,
    meet: () => Promise.resolve(),
    isInput: async (file) => inputs.has(await keyOf(file)),
    async refuseCollision(source, output) {
      const key = doubled.size > 0 ? await outputKey(source) : undefined;
      if (key === undefined || !doubled.has(key)) return;
      const pair = pairs.get(key);
      const other = pair && (pair.firstIndex === source.index ? pair.second : pair.first);
      throw collision(source.path, output ?? key, other);
    },
  };

  async function outputKey(source: Source): Promise<string | undefined> {
    try {
      const output = predictOutput(naming, source, settings, ANY_FACTOR);
      return output === undefined ? undefined : await keyOf(output);
    } catch (error) {
      // an impossible name is refused by plan, when it comes to this source
      if (error instanceof SrganError) return undefined;
      throw error;
    }
  }

  async function namesOf(keys: CompactSet): Promise<Map<string, Pair>> {
    const pairs = new Map<string, Pair>();
    for await (const source of find(settings, drain, storages)) {
      const key = source.invalid ? undefined : await outputKey(source);
      if (key === undefined || !keys.has(key)) continue;
      const pair = pairs.get(key);
      if (pair) pair.second ??= source.path;
      else if (pairs.size < MAX_NAMED) pairs.set(key, { firstIndex: source.index, first: source.path });
    }
    return pairs;
  }
}

interface Pair {
  readonly firstIndex: number;
  readonly first: string;
  second?: string;
}

const NEVER = new AbortController().signal;

const blind: Survey = {
  sources: undefined,
  meet: () => Promise.resolve(),
  refuseCollision: () => Promise.resolve(),
  isInput: () => Promise.resolve(false),
};

/** A link to an input can do harm only where outputs may be replaced. */
async function addReal(inputs: CompactSet, file: string, keyOf: KeyOf) {
  if (isRemote(file)) return;
  const real = await realpath(path.resolve(file)).catch(() => undefined);
  if (real !== undefined) inputs.add(await keyOf(real));
}

/**
 * The survey of a shard whose list can be read only once: each source, of any shard, claims the name of its result in
 * the order of the list, so that all shards refuse the same ones. Names that need the header or the bytes claim
 * nothing. Takes 24 to 48 bytes per source of the whole list.
 */
function surveyInPassing(settings: Settings, keyOf: KeyOf): Survey {
  const naming = createNaming(settings);
  const claims = createClaims(keyOf);
  const inputs = createCompactSet();
  const refused = new Map<number, SrganError>();

  return {
    sources: undefined,
    async meet(source) {
      if (source.invalid) return;
      inputs.add(await keyOf(source.path));
      try {
        const output = predictOutput(naming, source, settings, ANY_FACTOR);
        if (output !== undefined) await claims.claim(output, source);
      } catch (error) {
        if (!(error instanceof SrganError)) throw error;
        // an impossible name is refused by plan, when it comes to this source
        if (error.code === 'E_COLLISION') refused.set(source.index, error);
      }
    },
    refuseCollision({ index }) {
      const error = refused.get(index);
      return error ? Promise.reject(error) : Promise.resolve();
    },
    isInput: async (file) => inputs.has(await keyOf(file)),
  };
}

/** Selects the sources of the shard that this run processes. */
export interface OwnShard {
  of(found: AsyncIterable<Source>): AsyncIterable<Source>;
  /** Number of sources seen so far that belong to other shards. */
  readonly others: number;
}

export function openOwnShard({ shard }: Pick<Settings, 'shard'>, survey: Pick<Survey, 'meet'>): OwnShard {
  if (!shard) return { of: (found) => found, others: 0 };
  let others = 0;
  return {
    async *of(found) {
      for await (const source of found) {
        await survey.meet(source);
        if (isInShard(source, shard)) yield source;
        else others += 1;
      }
    },
    get others() {
      return others;
    },
  };
}

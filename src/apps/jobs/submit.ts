import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { SrganError } from '../../system/errors.js';
import type { FoundSource } from '../../contract/job.js';
import { networkIdentity, openNetworks } from '../../network/models/networks.js';
import { isBrokenList } from '../../places/find/draft.js';
import type { Inputs } from '../../contract/program-inputs.js';
import type { PipeOptions, Settings } from '../../contract/options.js';
import { resolveOptions } from '../../flow/settings.js';
import { find } from '../../flow/stages/find.js';
import { haveResults, recordSubmitted } from './redis/counters.js';
import { anywhere, freeze, hashOf } from './frozen.js';
import { cut, type Frozen } from './shard/listing.js';
import { manifestFiles, MANIFEST_VERSION, type Manifest } from './manifest.js';
import { JOB_NAME, jobOptions, type OpenQueue } from './redis/queue.js';
import { absolutePlace, pathBelow, isRemote } from '../../system/files/address.js';
import { openStorages, type Storages } from '../../places/storage/storages.js';
import { everywhere, shardId } from './shard/submitted-shard.js';

export interface SubmitOptions {
  /** Sources, output directory, and what comes out; how it is done is the workers' own. */
  readonly pipe: PipeOptions & { readonly inputs: Inputs; readonly out: string };
  /** Images in a job. */
  readonly shardSize: number;
  /** Waiting jobs at which it waits until there are fewer. */
  readonly highWater: number;
  /** How often a shard is tried before it counts as failed. */
  readonly attempts: number;
  /** Aborting ends it after the shards that are in the queue; run again it goes on. */
  readonly drain: AbortSignal;
  readonly onProgress?: (submitted: Submitted) => void;
  /** Called when it begins to wait at the high-water mark, and when it goes on. */
  readonly onWait?: (waiting: boolean) => void;
}

export interface Submitted {
  readonly manifest: string;
  readonly out: string;
  readonly shards: number;
  readonly sources: number;
  /** Shards that have a result, from an earlier submission. */
  readonly alreadyDone: number;
  readonly complete: boolean;
}

/** Jobs are put into the queue so many at a time. */
const AT_ONCE = 32;
const LOOK_AGAIN_MS = 250;

/**
 * Freezes the list in shards beside the results, and puts a job for each into the queue. What is there already,
 * from an earlier or interrupted submission, is there once. Memory does not grow with the list.
 * @throws SrganError E_USAGE, E_MODEL, E_OUT_DIR, E_NO_INPUT, E_WRITE, E_NOSPC, E_QUEUE
 */
export async function submit(open: OpenQueue, options: SubmitOptions): Promise<Submitted> {
  const out = withoutSlash(absolutePlace(options.pipe.out));
  const settings = await resolveOptions({ ...options.pipe, out });
  const storages = openStorages({ ...settings, fsync: false });
  try {
    await (await storages.of(out)).checkWritable(out);
    return await freezeAndQueue(open, { ...options, pipe: { ...options.pipe, out } }, settings, storages);
  } finally {
    storages.close();
  }
}

async function freezeAndQueue(
  open: OpenQueue,
  options: SubmitOptions,
  settings: Settings,
  storages: Storages,
): Promise<Submitted> {
  const { shardSize, highWater, attempts, drain } = options;
  const { out } = options.pipe;
  const { files, ...begun } = await begin(settings, options.pipe, shardSize, storages);
  const { id, optionsHash } = begun.manifest;
  let state: Submitted = { manifest: id, out, shards: 0, sources: 0, alreadyDone: 0, complete: false };
  let room = 0;
  let batch: Frozen[] = [];

  await open.connection.client.hset(open.keys.manifests, id, JSON.stringify({ out, at: begun.manifest.at }));
  for await (const frozen of cut(foundIn(settings, drain, storages), files, shardSize, drain)) {
    if (frozen.shard === 0 && begun.isNew) await files.write(begun.manifest);
    batch.push(frozen);
    if (batch.length >= AT_ONCE) await put();
    if (drain.aborted) break;
  }
  await put();
  const complete = !drain.aborted;
  const { shards, sources } = state;
  if (shards === 0 && complete) {
    throw new SrganError('E_NO_INPUT', 'No image was found.', {
      hint: 'Quote globs, check the paths, or look at --include and --exclude.',
    });
  }
  if (complete) {
    await files.write({ ...begun.manifest, shards, sources, complete });
    await recordSubmitted(open, id, { shards, sources, complete });
  }
  return { ...state, complete };

  async function put(): Promise<void> {
    if (batch.length === 0) return;
    const done = await haveResults(
      open,
      id,
      batch.map(({ shard }) => shard),
    );
    const left = batch.filter((_, i) => !done[i]);
    for (let at = 0; at < left.length;) {
      await waitForRoom();
      if (room <= 0) break;
      const some = left.slice(at, at + room);
      await open.queue.addBulk(
        some.map(({ shard, sources: count, text }) => ({
          name: JOB_NAME,
          data: { manifest: id, shard, sources: count },
          opts: jobOptions(shardId(text, optionsHash), attempts),
        })),
      );
      at += some.length;
      room -= some.length;
    }
    if (drain.aborted && room <= 0) return;
    const sum = batch.reduce((total, frozen) => total + frozen.sources, 0);
    state = {
      ...state,
      shards: state.shards + batch.length,
      sources: state.sources + sum,
      alreadyDone: state.alreadyDone + batch.length - left.length,
    };
    batch = [];
    await recordSubmitted(open, id, { ...state, complete: false });
    options.onProgress?.(state);
  }

  async function waitForRoom(): Promise<void> {
    let waits = false;
    while (room <= 0 && !drain.aborted) {
      const { waiting = 0, delayed = 0 } = await open.queue.getJobCounts('waiting', 'delayed');
      room = highWater - waiting - delayed;
      if (room > 0) break;
      if (!waits) options.onWait?.((waits = true));
      await pause(LOOK_AGAIN_MS, undefined, { signal: drain }).catch(() => undefined);
    }
    if (waits) options.onWait?.(false);
  }
}

/** The manifest of this command, as it is there or new. The same command has the same. */
async function begin(
  settings: Settings,
  options: SubmitOptions['pipe'],
  shardSize: number,
  storages: Storages,
) {
  const { out } = options;
  const frozen = await freeze(options);
  const network = await networkKey(settings);
  const { inputs, base, recursive, include, exclude, limit } = settings;
  const list = { inputs: titleOf(inputs), base, recursive, include, exclude, limit: String(limit) };
  const id = hashOf(list, out, frozen, network, shardSize).slice(0, 12);
  const files = await manifestFiles(out, id, storages);
  const manifest: Manifest = {
    version: MANIFEST_VERSION,
    id,
    at: new Date().toISOString(),
    out,
    options: frozen,
    network,
    optionsHash: hashOf(frozen, network),
    shardSize,
    shards: 0,
    sources: 0,
    complete: false,
  };
  const there = await files.read();
  return { files, manifest: there ?? manifest, isNew: there === undefined };
}

/** Reading it now also shows that there is such a network. */
function networkKey(settings: Settings): Promise<string> {
  return networkIdentity(openNetworks(settings), settings.model);
}

/** Where the list comes from; a stream has no name, and all of them count as one. */
function titleOf(inputs: Inputs): unknown {
  switch (inputs.kind) {
    case 'patterns':
      return inputs.patterns.map(absolutePlace);
    case 'list-file':
      return path.resolve(inputs.path);
    default:
      return inputs.kind;
  }
}

async function* foundIn(
  settings: Settings,
  drain: AbortSignal,
  storages: Storages,
): AsyncGenerator<FoundSource> {
  for await (const source of find(settings, drain, storages)) {
    if (isBrokenList(source)) throw source.invalid;
    const found = everywhere(source);
    refuseOwnResults(found, settings);
    const { model } = found.overrides;
    yield model === undefined
      ? found
      : { ...found, overrides: { ...found.overrides, model: await anywhere(model) } };
  }
}

/** A worker knows the sources of its own shard alone, so it could not see that a result replaces another source. */
function refuseOwnResults({ path: file, invalid }: FoundSource, { existing, out }: Settings): void {
  if (existing !== 'overwrite' || invalid || out === undefined) return;
  if (!liesBelow(out, file)) return;
  throw new SrganError(
    'E_USAGE',
    `${file}: lies in the directory of the results, where --overwrite could replace it.`,
    { hint: 'Name another directory for the results, or leave --overwrite out.' },
  );
}

function liesBelow(out: string, file: string): boolean {
  if (isRemote(out)) return pathBelow(out, file) !== undefined;
  const relative = path.relative(out, file);
  return !isRemote(file) && !relative.startsWith('..') && !path.isAbsolute(relative);
}

/** So that one prefix is one output, however it is spelled. */
const withoutSlash = (out: string) => (isRemote(out) ? out.replace(/\/+$/, '') : out);

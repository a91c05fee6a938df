import { SrganError } from '../../../system/errors.js';
import type { OpenQueue, ShardJob } from '../redis/queue.js';
import { manifestFiles, type Manifest, type ManifestFiles } from '../manifest.js';
import { shardId, sourcesIn } from './submitted-shard.js';
import { isTransient, isConfigurationError } from '../../../places/storage/storage-failures.js';
import type { Storages } from '../../../places/storage/storages.js';
import type { Shard } from './run-shard.js';

/** Nothing that this shard, or another try at it, could change; `fatal`: this worker can do no other one either. */
export class HopelessError extends Error {
  constructor(
    readonly reason: SrganError,
    readonly fatal: boolean,
  ) {
    super(reason.message, { cause: reason });
  }
}

/** Finds shards by what a job says; each manifest is read once. */
export interface Shards {
  /** @throws HopelessError where it is not there or not what was submitted */
  find(job: ShardJob, id: string): Promise<Shard>;
}

export function openShards({ connection, keys }: OpenQueue, storages: Storages): Shards {
  const read = new Map<string, Promise<{ manifest: Manifest; files: ManifestFiles }>>();

  return {
    async find({ manifest: of, shard: number }, id) {
      const known = read.get(of) ?? readManifest(of);
      read.set(of, known);
      known.catch(() => read.delete(of));
      const { manifest, files } = await known;
      const file = files.shardFile(number);
      const text = await files.readShard(number).catch((error: unknown) => {
        throw hopeless(error);
      });
      if (text === undefined) throw missing(file);
      if (shardId(text, manifest.optionsHash) !== id) {
        throw hopeless(new SrganError('E_QUEUE', `${file}: is not the shard that was submitted.`));
      }
      return { manifest, files, number, sources: sourcesIn(text, file) };
    },
  };

  async function readManifest(id: string) {
    const place = await connection.client.hget(keys.manifests, id);
    if (place === null) throw missing(`manifest ${id}`);
    const { out } = JSON.parse(place) as { out: string };
    const files = await manifestFiles(out, id, storages);
    const manifest = await files.read().catch((error: unknown) => {
      throw hopeless(error);
    });
    if (!manifest) throw missing(`manifest ${id} in ${out}`);
    return { manifest, files };
  }
}

/** It may only not be there on this machine, so the worker takes nothing else. */
function missing(what: string): HopelessError {
  return new HopelessError(
    new SrganError('E_QUEUE', `${what}: is not there on this machine.`, {
      hint: 'Every worker needs the sources and the results under the same paths or addresses.',
    }),
    true,
  );
}

/** What this machine may not read at all, it takes nothing else of. */
function hopeless(error: unknown): unknown {
  if (!(error instanceof SrganError) || isTransient(error)) return error;
  return new HopelessError(error, isConfigurationError(error));
}

const OF_THE_MACHINE = new Set(['E_MODEL', 'E_ENGINE', 'E_OUT_DIR', 'E_USAGE', 'E_QUEUE']);

/** An error with which the flow could not begin: hopeless where it is about the set-up, no image, and stays. */
export function asHopeless(error: unknown): unknown {
  return error instanceof SrganError && OF_THE_MACHINE.has(error.code) && !isTransient(error)
    ? new HopelessError(error, true)
    : error;
}

/** @throws HopelessError where the network here is another one than that of the manifest */
export function checkNetwork(key: string, { network, options, id }: Manifest): void {
  if (key === network) return;
  const model = options.model ?? 'the network';
  throw new HopelessError(
    new SrganError('E_MODEL', `${model}: is another one here than manifest ${id} was made with.`, {
      hint: 'Use the same network, and the same version of srgan, on all machines.',
    }),
    true,
  );
}

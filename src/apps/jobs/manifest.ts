import { SrganError } from '../../system/errors.js';
import { isRemote, joinPlace } from '../../system/files/address.js';
import { putWhole, readText, type Storages } from '../../places/storage/storages.js';
import { JOURNALS } from '../../places/storage/journals.js';
import type { Storage } from '../../contract/storage.js';
import { type Attempt, attemptInBucket, attemptInDirectory } from './shard/attempt.js';
import type { FrozenOptions } from './frozen.js';

/** What was submitted: the options for all workers, and how many shards of the list there are so far. */
export interface Manifest {
  readonly version: typeof MANIFEST_VERSION;
  readonly id: string;
  /** ISO 8601. */
  readonly at: string;
  /** Directory or address of the results, as every worker must see it. */
  readonly out: string;
  readonly options: FrozenOptions;
  /** Key of the network at its own factor: another network of the same name makes other results. */
  readonly network: string;
  readonly optionsHash: string;
  readonly shardSize: number;
  readonly shards: number;
  readonly sources: number;
  /** The list was read to its end. */
  readonly complete: boolean;
}

export const MANIFEST_VERSION = 1;

/** Shards, and journals, so many in a directory. */
const IN_ONE_DIRECTORY = 1000;

/** The files of a manifest, all in one place beside the results: this alone knows where and how they are kept. */
export interface ManifestFiles {
  /** @throws SrganError E_QUEUE where it is there but cannot be read */
  read(): Promise<Manifest | undefined>;
  /** @throws SrganError E_WRITE, E_NOSPC */
  write(manifest: Manifest): Promise<void>;
  shardFile(shard: number): string;
  /** @throws SrganError E_QUEUE where it is there but cannot be read */
  readShard(shard: number): Promise<string | undefined>;
  /**
   * What is frozen stays.
   * @throws SrganError E_WRITE, E_NOSPC, E_QUEUE where another one was written meanwhile
   */
  writeShard(shard: number, text: string): Promise<void>;
  /** @throws SrganError E_OUT_DIR where its journal cannot be written, E_QUEUE where earlier ones cannot be read */
  beginAttempt(shard: number): Promise<Attempt>;
}

/** @param out directory or address of the results */
export async function manifestFiles(
  out: string,
  id: string,
  storages: Pick<Storages, 'of' | 'reading'>,
): Promise<ManifestFiles> {
  const storage = await storages.of(out);
  const root = joinPlace(joinPlace(out, JOURNALS), `jobs/${id}`);
  const file = joinPlace(root, 'manifest.json');
  const placeOf = (kind: 'shards' | 'journals', shard: number) =>
    joinPlace(root, `${kind}/${String(Math.floor(shard / IN_ONE_DIRECTORY)).padStart(3, '0')}`);
  const nameOf = (shard: number) => String(shard).padStart(6, '0');
  const shardFile = (shard: number) => joinPlace(placeOf('shards', shard), `${nameOf(shard)}.ndjson`);

  return {
    async read() {
      const text = await readIfThere(storage, file);
      return text === undefined ? undefined : parsed(text, file);
    },
    async write(manifest) {
      await putWhole(storage, file, Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`), { replace: true });
    },
    shardFile,
    readShard: (shard) => readIfThere(storage, shardFile(shard)),
    async writeShard(shard, text) {
      const place = shardFile(shard);
      if ((await putWhole(storage, place, Buffer.from(text), { replace: false })) === 'placed') return;
      if ((await readIfThere(storage, place)) === text) return;
      throw new SrganError('E_QUEUE', `${place}: another submission has written this shard meanwhile.`, {
        hint: 'Submit again when that one has ended.',
      });
    },
    beginAttempt(shard) {
      const journals = { directory: placeOf('journals', shard), prefix: `${nameOf(shard)}-` };
      if (!isRemote(out)) return attemptInDirectory(journals);
      return attemptInBucket(journals, `${id}/${shard}`, storages);
    },
  };
}

async function readIfThere(storage: Storage, place: string): Promise<string | undefined> {
  try {
    return await readText(storage, place);
  } catch (error) {
    if (!(error instanceof SrganError)) throw error;
    const { message, hint, cause } = error;
    throw new SrganError('E_QUEUE', message, { cause, hint });
  }
}

function parsed(text: string, file: string): Manifest {
  let manifest: Omit<Manifest, 'version'> & { version: number };
  try {
    manifest = JSON.parse(text) as typeof manifest;
  } catch (cause) {
    throw new SrganError('E_QUEUE', `${file}: this is no manifest.`, { cause });
  }
  const { version } = manifest;
  if (version === MANIFEST_VERSION) return { ...manifest, version };
  throw new SrganError('E_QUEUE', `${file}: this manifest was written by another version of srgan.`);
}

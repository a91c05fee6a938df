import { readdir, readFile } from '../files/fs.js';
import path from 'node:path';
import { SrganError, systemCode } from '../errors.js';
import { replaceFile } from '../replace-file.js';
import { JOURNALS } from '../storage/journals.js';
import type { FrozenOptions } from './frozen.js';

/** What was submitted: the options for all workers, and how many shards of the list there are so far. */
export interface Manifest {
  readonly version: typeof MANIFEST_VERSION;
  readonly id: string;
  /** ISO 8601. */
  readonly at: string;
  /** Directory of the results, as every worker must see it. */
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
  /** @throws SrganError E_WRITE, E_NOSPC */
  writeShard(shard: number, text: string): Promise<void>;
  /** Journals that earlier attempts at a shard left, oldest first. */
  journals(shard: number): Promise<string[]>;
  /** Of an attempt, which nobody else writes to. */
  journal(shard: number, attempt: string): string;
}

/** @param out directory of the results */
export function manifestFiles(out: string, id: string): ManifestFiles {
  const root = path.join(out, JOURNALS, 'jobs', id);
  const file = path.join(root, 'manifest.json');
  const placeOf = (kind: 'shards' | 'journals', shard: number) =>
    path.join(root, kind, String(Math.floor(shard / IN_ONE_DIRECTORY)).padStart(3, '0'));
  const nameOf = (shard: number) => String(shard).padStart(6, '0');
  const shardFile = (shard: number) => path.join(placeOf('shards', shard), `${nameOf(shard)}.ndjson`);

  return {
    async read() {
      const text = await readIfThere(file);
      return text === undefined ? undefined : parsed(text, file);
    },
    write: (manifest) => replaceFile(file, `${JSON.stringify(manifest, null, 2)}\n`),
    shardFile,
    readShard: (shard) => readIfThere(shardFile(shard)),
    writeShard: (shard, text) => replaceFile(shardFile(shard), text),
    async journals(shard) {
      const directory = placeOf('journals', shard);
      const names = await readdir(directory).catch((error: unknown) => {
        if (systemCode(error) === 'ENOENT') return [];
        throw unreadable(directory, error);
      });
      const own = names.filter((name) => name.startsWith(`${nameOf(shard)}-`) && name.endsWith('.ndjson'));
      return own.sort().map((name) => path.join(directory, name));
    },
    journal: (shard, attempt) => path.join(placeOf('journals', shard), `${nameOf(shard)}-${attempt}.ndjson`),
  };
}

async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw unreadable(file, error);
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

const unreadable = (file: string, cause: unknown) =>
  new SrganError('E_QUEUE', `${file}: cannot be read (${systemCode(cause) ?? 'unknown reason'}).`, { cause });

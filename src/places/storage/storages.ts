import { SrganError } from '../../system/errors.js';
import { withPackages } from '../../system/installed.js';
import { openSweep, type Sweep } from '../../system/files/left-over.js';
import type { Settings } from '../../contract/options.js';
import { schemeOf } from '../../system/files/address.js';
import { openLocal } from './local.js';
import type { Readings, Storage, Facts, Content } from '../../contract/storage.js';
import { retry } from '../../system/backoff.js';
import { isTransient } from './storage-failures.js';

export type StorageSettings = Pick<
  Settings,
  's3Endpoint' | 's3PathStyle' | 's3Region' | 'allowPrivateAddresses' | 'fsync' | 'retries'
>;

/** The storages of a run, each opened on first use. */
export interface Storages {
  readonly local: Storage;
  /**
   * Returns the writable storage of a place.
   * @throws SrganError E_USAGE for an HTTP address
   */
  of(place: string): Promise<Storage>;
  /** Returns the readable storage of a place. */
  reading(place: string): Promise<Readings>;
  close(): void;
}

export function openStorages(settings: StorageSettings, sweep: Sweep = openSweep()): Storages {
  const local = openLocal(settings, sweep);
  let s3: Promise<Storage> | undefined;
  let http: Promise<Readings> | undefined;
  const closes: (() => void)[] = [];

  return {
    local,
    async of(place) {
      const scheme = schemeOf(place);
      if (scheme === undefined) return local;
      if (scheme === 's3') return (s3 ??= openAmazon());
      throw new SrganError('E_USAGE', `${place}: writing to an HTTP address is not supported.`);
    },
    reading(place) {
      if (schemeOf(place) !== 'http') return this.of(place);
      return (http ??= import('./http.js').then(({ openHttp }) => openHttp(settings)));
    },
    close: () => closes.forEach((close) => close()),
  };

  async function openAmazon(): Promise<Storage> {
    const { openS3, openS3Client } = await import('./s3.js');
    const client = await withPackages('s3://', ['@aws-sdk/client-s3'], 'E_STORAGE', () =>
      openS3Client(settings),
    );
    closes.push(() => client.destroy());
    return openS3(client, settings.retries);
  }
}

/**
 * Returns the facts of a file or object; undefined if it does not exist or may not be read.
 * @throws SrganError E_READ, E_CANCELLED
 */
export async function factsAt(place: string, storages: Pick<Storages, 'of'>): Promise<Facts | undefined> {
  try {
    return await (await storages.of(place)).head(place);
  } catch (error) {
    if (error instanceof SrganError && error.code === 'E_ACCESS') return undefined;
    throw error;
  }
}

const RETRIES = 3;

/**
 * Reads a whole text file, and retries transient failures.
 * @returns undefined if it does not exist
 * @throws SrganError E_ACCESS, E_READ
 */
export function readText(storage: Storage, place: string): Promise<string | undefined> {
  return retryTransient(async () => {
    try {
      const chunks: Uint8Array[] = [];
      for await (const chunk of await storage.read(place, { maxBytes: Infinity })) chunks.push(chunk);
      return Buffer.concat(chunks).toString();
    } catch (error) {
      if (error instanceof SrganError && error.code === 'E_NOT_FOUND') return undefined;
      throw error;
    }
  });
}

/**
 * Writes a whole file, and retries transient failures.
 * @returns `there` if the name is taken and may not be replaced
 * @throws SrganError E_WRITE, E_NOSPC
 */
export function putWhole(
  storage: Storage,
  place: string,
  content: Content,
  rule: { readonly replace: boolean },
): Promise<'placed' | 'there'> {
  return retryTransient(async () => {
    const staged = await storage.stage(place, content);
    try {
      const end = await staged.publish(rule);
      await staged.settle();
      return end;
    } finally {
      await staged.discard();
    }
  });
}

const retryTransient = <T>(work: () => Promise<T>): Promise<T> =>
  retry(work, { retries: RETRIES, isTransient });

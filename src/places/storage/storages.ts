import { SrganError } from '../../system/errors.js';
import { withPackages } from '../../system/installed.js';
import { openSweep, type Sweep } from '../../system/files/left-over.js';
import type { Settings } from '../../contract/options.js';
import { schemeOf } from '../../system/files/address.js';
import { openLocal } from './local.js';
import type { Readings, Storage } from '../../contract/storage.js';

export type StorageSettings = Pick<
  Settings,
  's3Endpoint' | 's3PathStyle' | 's3Region' | 'allowPrivateAddresses' | 'fsync' | 'retries'
>;

/** The storages of a run, each opened when it is first needed. */
export interface Storages {
  readonly local: Storage;
  /**
   * Where a place can be written.
   * @throws SrganError E_USAGE for an address of http, where nothing can be written
   */
  of(place: string): Promise<Storage>;
  /** Where a place can be read. */
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
      throw new SrganError('E_USAGE', `${place}: nothing can be written to an address of http.`);
    },
    reading(place) {
      if (schemeOf(place) !== 'http') return this.of(place);
      return (http ??= import('./http.js').then(({ openHttp }) => openHttp(settings)));
    },
    close: () => closes.forEach((close) => close()),
  };

  async function openAmazon(): Promise<Storage> {
    const { openS3Client } = await import('./s3-client.js');
    const { openS3 } = await import('./s3.js');
    const client = await withPackages('s3://', ['@aws-sdk/client-s3'], 'E_STORAGE', () =>
      openS3Client(settings),
    );
    closes.push(() => client.destroy());
    return openS3(client, settings.retries);
  }
}

import type { PipeOptions } from '../../contract/options.js';
import { resolveOptions } from '../../flow/settings.js';
import { openStorages } from '../../places/storage/storages.js';
import { failuresOf } from './redis/counters.js';
import { manifestFiles } from './manifest.js';
import { DEFAULT_ATTEMPTS, JOB_NAME, jobOptions, type OpenQueue } from './redis/queue.js';
import { shardId, sourcesIn } from './shard/submitted-shard.js';
import { manifestsOf } from './status.js';

export type StorageOptions = Pick<PipeOptions, 's3Endpoint' | 's3PathStyle' | 's3Region'>;

export interface RetryOptions {
  /** Shards with images that failed go again too; what is done is passed over. */
  readonly images: boolean;
  /** How the storage of the results is reached. */
  readonly storage: StorageOptions;
  /** Of which to take shards alone; otherwise all. */
  readonly manifest?: string | undefined;
}

export interface Retried {
  readonly failedShards: number;
  readonly shardsWithFailures: number;
}

const PAGE = 100;

/** Puts shards back into the queue, with all their tries before them. */
export async function retry(open: OpenQueue, options: RetryOptions): Promise<Retried> {
  const { images, manifest } = options;
  let failedShards = 0;
  // those of other manifests stay where they are
  let passedOver = 0;
  for (;;) {
    const page = await open.queue.getFailed(passedOver, passedOver + PAGE - 1);
    if (page.length === 0) break;
    for (const job of page) {
      if (manifest !== undefined && job.data.manifest !== manifest) passedOver += 1;
      else {
        await job.retry('failed', { resetAttemptsMade: true, resetAttemptsStarted: true });
        failedShards += 1;
      }
    }
  }
  return { failedShards, shardsWithFailures: images ? await retryImages(open, options) : 0 };
}

async function retryImages(open: OpenQueue, { manifest: only, storage }: RetryOptions): Promise<number> {
  const storages = openStorages(await resolveOptions({ inputs: ['.'], ...storage }));
  let again = 0;
  try {
    for (const { id, out } of await manifestsOf(open, only)) {
      const files = await manifestFiles(out, id, storages);
      const manifest = await files.read();
      if (!manifest) continue;
      for await (const { shard } of failuresOf(open, id)) {
        const text = await files.readShard(shard);
        if (text === undefined) continue;
        const sources = sourcesIn(text, files.shardFile(shard)).length;
        const options = jobOptions(shardId(text, manifest.optionsHash), DEFAULT_ATTEMPTS);
        await open.queue.add(JOB_NAME, { manifest: id, shard, sources, again: true }, options);
        again += 1;
      }
    }
    return again;
  } finally {
    storages.close();
  }
}

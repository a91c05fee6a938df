/** Names of what srgan keeps in Redis for a queue, beside what BullMQ keeps under `srgan:QUEUE:`. */

/** BullMQ's own keys begin with it. */
export const PREFIX = 'srgan';

/** Results of so many shards share a hash: Redis packs a small one into a few bytes a field. */
const BUCKET_SHARDS = 100;

export function keysOf(queue: string) {
  const own = `${PREFIX}-jobs:${queue}`;
  return {
    /** Hash: id of a manifest → what finds it. */
    manifests: `${own}:manifests`,
    /** Hash: how many shards and sources of a manifest there are, and what became of them. */
    totals: (manifest: string) => `${own}:${manifest}:totals`,
    /** Hash: number of a shard → what became of it. */
    results: (manifest: string, shard: number) =>
      `${own}:${manifest}:results:${Math.floor(shard / BUCKET_SHARDS)}`,
    /** Hash: number of a shard with failures → the first of them. */
    failures: (manifest: string) => `${own}:${manifest}:failures`,
    /** Hash: code → failures. */
    codes: (manifest: string) => `${own}:${manifest}:codes`,
    /** Hash: index of a source in a shard → how often a process died with it, `INDEX of` → of what; ends by itself. */
    crashes: (job: string) => `${own}:crashes:${job}`,
    /** Set: ids of workers, some of which may be gone. */
    workers: `${own}:workers`,
    /** String: what a worker says of itself; ends by itself. */
    worker: (id: string) => `${own}:worker:${id}`,
    /** BullMQ's lock of a job: the token of the worker that holds it. */
    lock: (job: string) => `${PREFIX}:${queue}:${job}:lock`,
  };
}

export type Keys = ReturnType<typeof keysOf>;

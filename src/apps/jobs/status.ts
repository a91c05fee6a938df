import { codesOf, failuresOf, totalsOf, type ImageFailure, type Totals } from './redis/counters.js';
import { workersOf, type WorkerState } from './heartbeat.js';
import type { OpenQueue } from './redis/queue.js';

/** Where a queue stands. Asking costs as much as there are workers and manifests, however many jobs there are. */
export interface JobsStatus {
  readonly queue: string;
  /** Workers take nothing new: `jobs drain`. */
  readonly held: boolean;
  /** Shards by what they are at; those that are done are no job any more. */
  readonly shards: {
    readonly waiting: number;
    readonly active: number;
    /** Of them that wait for another try. */
    readonly delayed: number;
    readonly failed: number;
    readonly done: number;
    readonly total: number;
  };
  readonly images: {
    readonly total: number;
    readonly done: number;
    readonly copied: number;
    readonly skipped: number;
    readonly failed: number;
  };
  /** Width × height × pages of the sources that were upscaled. */
  readonly inputPixels: number;
  readonly workers: readonly WorkerState[];
  readonly imagesPerSecond: number;
  readonly mpxPerSecond: number;
  /** For the images that are submitted, where there are workers. */
  readonly etaMs: number | undefined;
  readonly manifests: readonly ManifestStatus[];
  readonly failedShards: readonly FailedShard[];
  readonly failures: {
    readonly byCode: Readonly<Record<string, number>>;
    /** The first of them; the journals of the shards have all. */
    readonly first: readonly ImageFailure[];
  };
}

export interface ManifestStatus extends Totals {
  readonly id: string;
  readonly out: string;
  /** ISO 8601. */
  readonly at: string;
}

export interface FailedShard {
  readonly manifest: string;
  readonly shard: number;
  readonly reason: string;
}

const LISTED = 20;

/** @param manifest of which to tell alone; otherwise all */
export async function jobsStatus(open: OpenQueue, manifest?: string): Promise<JobsStatus> {
  const [counts, held, workers, failedJobs, manifests] = await Promise.all([
    open.queue.getJobCounts('waiting', 'active', 'delayed', 'failed'),
    open.queue.isPaused(),
    workersOf(open),
    open.queue.getFailed(0, LISTED - 1),
    manifestsOf(open, manifest),
  ]);
  const { waiting = 0, active = 0, delayed = 0, failed = 0 } = counts;
  const sum = (name: Exclude<keyof Totals, 'complete'>) =>
    manifests.reduce((total, totals) => total + totals[name], 0);
  const images = {
    total: sum('sources'),
    done: sum('done'),
    copied: sum('copied'),
    skipped: sum('skipped'),
    failed: sum('failed'),
  };
  const left = images.total - images.done - images.copied - images.skipped - images.failed;
  const imagesPerSecond = workers.reduce((total, worker) => total + worker.imagesPerSecond, 0);
  return {
    queue: open.name,
    held,
    shards: { waiting, active, delayed, failed, done: sum('shardsDone'), total: sum('shards') },
    images,
    inputPixels: sum('pixels'),
    workers,
    imagesPerSecond,
    mpxPerSecond: workers.reduce((total, worker) => total + worker.mpxPerSecond, 0),
    etaMs: left > 0 && imagesPerSecond > 0 ? (1000 * left) / imagesPerSecond : undefined,
    manifests,
    failedShards: failedJobs
      .filter(({ data }) => manifest === undefined || data.manifest === manifest)
      .map(({ data, failedReason }) => ({
        manifest: data.manifest,
        shard: data.shard,
        reason: failedReason,
      })),
    failures: await failuresIn(open, manifests),
  };
}

export async function manifestsOf(open: OpenQueue, only?: string): Promise<ManifestStatus[]> {
  const all = Object.entries(await open.connection.client.hgetall(open.keys.manifests));
  const wanted = all.filter(([id]) => only === undefined || id === only);
  return Promise.all(
    wanted.map(async ([id, place]) => {
      const { out, at } = JSON.parse(place) as { out: string; at: string };
      return { id, out, at, ...(await totalsOf(open, id)) };
    }),
  );
}

async function failuresIn(
  open: OpenQueue,
  manifests: readonly ManifestStatus[],
): Promise<JobsStatus['failures']> {
  const byCode: Record<string, number> = {};
  const first: ImageFailure[] = [];
  for (const { id, failed } of manifests) {
    if (failed === 0) continue;
    for (const [code, n] of Object.entries(await codesOf(open, id))) byCode[code] = (byCode[code] ?? 0) + n;
    for await (const shard of failuresOf(open, id)) {
      first.push(...shard.first.slice(0, LISTED - first.length));
      if (first.length >= LISTED) break;
    }
  }
  return { byCode, first };
}

/** Nothing waits, and nothing is in anybody's hand. */
export const isOver = ({ shards: { waiting, active, delayed }, manifests }: JobsStatus): boolean =>
  waiting + active + delayed === 0 && manifests.every(({ complete }) => complete);

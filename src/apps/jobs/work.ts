import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { performance } from 'node:perf_hooks';
import { UnrecoverableError, WaitingError, Worker, type Job } from 'bullmq';
import type { SrganError } from '../../system/errors.js';
import type { Outcome } from '../../contract/job.js';
import { resolveOptions } from '../../flow/settings.js';
import { openStorages } from '../../places/storage/storages.js';
import { closeWorker } from './redis/close-worker.js';
import { openCrashes } from './redis/crashes.js';
import { haveResults, recordResult, type ShardResult } from './redis/counters.js';
import { openHeartbeat } from './heartbeat.js';
import { PREFIX } from './redis/keys.js';
import { openMachineries } from './machineries.js';
import { whenEmpty } from './redis/queue-idle.js';
import { DEFAULT_ATTEMPTS, type OpenQueue, type ShardJob } from './redis/queue.js';
import { runShard, type Resources, type Shard } from './shard/run-shard.js';
import { asHopeless, checkNetwork, HopelessError, openShards } from './shard/set-up.js';

export interface WorkOptions {
  readonly resources: Resources;
  /** Where the parent that watches this process has its notes. */
  readonly watched?: string | undefined;
  /** A shard whose worker says nothing for so long is given to another one. */
  readonly lockMs: number;
  /** Ends when nothing is left in the queue. */
  readonly once: boolean;
  /** Aborted: takes no new shard, finishes the images in flight, and gives the shards in hand back. */
  readonly drain: AbortSignal;
  readonly onNote: (sentence: string) => void;
  readonly observer: WorkObserver;
}

/** What is told while it works. */
export interface WorkObserver {
  image(outcome: Outcome): void;
  /** @param waitMs from its submission until it was taken up */
  shardBegun(job: ShardJob, waitMs: number): void;
  shardEnded(job: ShardJob, how: ShardEnd): void;
}

export type ShardEnd =
  | { readonly kind: 'done'; readonly result: ShardResult; readonly ms: number }
  /** Another worker has it by now, or it was done before. */
  | { readonly kind: 'not ours' | 'done before' | 'given back'; readonly ms: number }
  | { readonly kind: 'failed'; readonly error: unknown; readonly ms: number };

export interface WorkEnd {
  readonly shards: number;
  /** Why it can do no shard at all. */
  readonly refusal: SrganError | undefined;
}

/** One is being ended while the next begins, so that the threads that compute never wait for a shard. */
const SHARDS_AT_ONCE = 2;
/** A shard whose workers died so often has failed; those of the cloud die for many reasons. */
const MOST_STALLS = 10;
const RETRY_MS = 1000;
const LONGEST_WAIT_S = 5;

/** Images may fail so since there is no room, or the storage is away: another try at the shard may go well. */
const OF_THE_STORAGE = ['E_NOSPC', 'E_WRITE'];

/**
 * Works off shards until it is drained, or with `once` until there are none. Networks and threads stay loaded from
 * one shard to the next.
 * @throws SrganError E_USAGE
 */
export async function work(open: OpenQueue, options: WorkOptions): Promise<WorkEnd> {
  const { resources, lockMs, drain, observer } = options;
  const own = await resolveOptions({ inputs: ['.'], ...resources });
  const { threads } = own;
  const id = `${hostname()}-${process.pid}-${randomBytes(3).toString('hex')}`;
  const heartbeat = openHeartbeat(open, id, threads);
  const machineries = openMachineries(options.onNote);
  const crashes = await openCrashes(open, options.watched);
  const storages = openStorages(own);
  const shards = openShards(open, storages);
  /** Stops each shard in hand: for the drain, or where another worker has it. */
  const inHand = new Map<string, AbortController>();
  /** Begun, while Redis does not know how they ended. */
  const untold = new Set<string>();
  const ending = new AbortController();
  let refusal: SrganError | undefined;
  let done = 0;

  const worker = new Worker<ShardJob, string>(open.name, process_, {
    connection: open.connection.client,
    prefix: PREFIX,
    name: id,
    concurrency: resources.sequential ? 1 : SHARDS_AT_ONCE,
    lockDuration: lockMs,
    lockRenewTime: Math.max(1, Math.floor(lockMs / 3)),
    stalledInterval: lockMs,
    maxStalledCount: MOST_STALLS,
    drainDelay: LONGEST_WAIT_S,
    runRetryDelay: RETRY_MS,
  });
  // told by what comes of it: a shard that is not ours any more, Redis that is away
  worker.on('error', () => undefined);
  worker.on('lockRenewalFailed', (ids) => ids.forEach((job) => inHand.get(job)?.abort()));
  worker.on('completed', ({ id = '' }) => untold.delete(id));
  worker.on('failed', (job) => untold.delete(job?.id ?? ''));
  const stop = () => {
    ending.abort();
    for (const controller of inHand.values()) controller.abort();
  };
  drain.addEventListener('abort', stop);
  if (drain.aborted) stop();

  try {
    const emptied = options.once ? whenEmpty(open, ending.signal).finally(() => ending.abort()) : undefined;
    // an error reply of Redis is thrown below, once no shard is in hand any more
    emptied?.catch(() => undefined);
    await aborted(ending.signal);
    await closeWorker(worker, inHand, untold);
    await emptied;
  } finally {
    drain.removeEventListener('abort', stop);
    await heartbeat.close();
    await machineries.close();
    storages.close();
  }
  return { shards: done, refusal };

  async function process_(job: Job<ShardJob, string>, token = ''): Promise<string> {
    const { id: jobId = '', data } = job;
    const startMs = performance.now();
    const stopping = new AbortController();
    inHand.set(jobId, stopping);
    untold.add(jobId);
    if (ending.signal.aborted) stopping.abort();
    heartbeat.shards += 1;
    observer.shardBegun(data, Math.max(0, Date.now() - (job.timestamp + job.delay)));
    const ended = (end: ShardEnd) => observer.shardEnded(data, end);
    const ms = () => performance.now() - startMs;
    try {
      const [before] = data.again ? [false] : await haveResults(open, data.manifest, [data.shard]);
      if (before) {
        ended({ kind: 'done before', ms: ms() });
        return 'done before';
      }
      const result = await workOff(await shards.find(data, jobId), jobId, stopping.signal);
      if (!result) return await giveBack(job, token, stopping.signal, ms, ended);
      refuseUnfinished(result, job);
      const at = { manifest: data.manifest, shard: data.shard, job: jobId, token };
      if (await recordResult(open, at, result)) {
        done += 1;
        await crashes.forget(jobId);
        ended({ kind: 'done', result, ms: ms() });
        return 'done';
      }
      throw new NotOursError('Another worker has the shard by now.');
    } catch (error) {
      if (error instanceof WaitingError) {
        untold.delete(jobId);
        throw error;
      }
      if (error instanceof NotOursError) {
        ended({ kind: 'not ours', ms: ms() });
        throw error;
      }
      ended({ kind: 'failed', error, ms: ms() });
      if (!(error instanceof HopelessError)) throw error;
      if (error.fatal) {
        refusal ??= error.reason;
        ending.abort();
      }
      throw new UnrecoverableError(`${error.reason.code} ${error.message}`);
    } finally {
      inHand.delete(jobId);
      heartbeat.shards -= 1;
    }
  }

  async function workOff(shard: Shard, job: string, signal: AbortSignal): Promise<ShardResult | undefined> {
    const { manifest } = shard;
    try {
      const settings = await resolveOptions({ inputs: ['.'], ...manifest.options, ...resources });
      return await machineries.with(settings, async (machinery) => {
        checkNetwork(await machinery.check(settings.model), manifest);
        return runShard(shard, {
          resources,
          machinery,
          drain: signal,
          watch: () => crashes.watch(job),
          onOutcome: (outcome) => {
            heartbeat.add(outcome);
            observer.image(outcome);
          },
        });
      });
    } catch (error) {
      throw asHopeless(error);
    }
  }

  /** To the head of the queue, without counting as a try. */
  async function giveBack(
    job: Job<ShardJob>,
    token: string,
    signal: AbortSignal,
    ms: () => number,
    ended: (end: ShardEnd) => void,
  ): Promise<never> {
    if (!signal.aborted) throw new Error('The shard came to no end.');
    await job.moveToWait(token);
    ended({ kind: 'given back', ms: ms() });
    throw new WaitingError();
  }
}

class NotOursError extends Error {}

/**
 * A shard is done only if its images failed for reasons of their own. A defect of ours (E_INTERNAL) always fails the
 * shard; what is wrong with the storage does until the last attempt, which ends with the images that failed.
 * @throws Error where the shard must be tried again
 */
export function refuseUnfinished(
  { codes }: Pick<ShardResult, 'codes'>,
  { attemptsMade, opts }: Pick<Job, 'attemptsMade' | 'opts'>,
): void {
  if (codes['E_INTERNAL'] !== undefined)
    throw new Error(`${codes['E_INTERNAL']} images ended in E_INTERNAL.`);
  const code = OF_THE_STORAGE.find((code) => codes[code] !== undefined);
  if (code === undefined || attemptsMade + 1 >= (opts.attempts ?? DEFAULT_ATTEMPTS)) return;
  throw new Error(`${codes[code] ?? 0} images ended in ${code}.`);
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

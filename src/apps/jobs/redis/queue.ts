import { Queue, type JobsOptions } from 'bullmq';
import { SrganError } from '../../../system/errors.js';
import { keysOf, PREFIX, type Keys } from './keys.js';
import { openRedis, type Connection } from './redis.js';

/** What a job says: which shard of which manifest. Its id is the hash of the shard. */
export interface ShardJob {
  readonly manifest: string;
  readonly shard: number;
  readonly sources: number;
  /** It goes again, although it has a result, for the sake of the images that failed. */
  readonly again?: boolean;
}

export type ShardQueue = Queue<ShardJob>;

/** A queue on Redis, with what srgan keeps beside it. */
export interface OpenQueue {
  readonly name: string;
  readonly queue: ShardQueue;
  readonly connection: Connection;
  readonly keys: Keys;
  close(): Promise<void>;
}

export interface QueueChoice {
  readonly redis?: string | undefined;
  readonly queue?: string | undefined;
}

export const DEFAULT_QUEUE = 'images';
export const JOB_NAME = 'shard';
export const DEFAULT_ATTEMPTS = 5;
const FIRST_BACKOFF_MS = 2000;

/**
 * @throws SrganError E_USAGE, E_QUEUE
 */
export async function openQueue(
  { redis, queue: name = DEFAULT_QUEUE }: QueueChoice,
  onNote: (sentence: string) => void,
): Promise<OpenQueue> {
  if (redis === undefined) {
    throw new SrganError('E_USAGE', 'The queue lives on a Redis server, which is not stated.', {
      hint: 'Name it with --redis redis://HOST:6379, or by SRGAN_REDIS.',
    });
  }
  if (!/^[\w.-]{1,64}$/.test(name)) {
    throw new SrganError('E_USAGE', `'${name}' cannot be the name of a queue.`, {
      hint: 'Take up to 64 letters, digits, dots, dashes and underscores.',
    });
  }
  const connection = await openRedis(redis, onNote);
  const queue: ShardQueue = new Queue<ShardJob>(name, { connection: connection.client, prefix: PREFIX });
  queue.on('error', () => undefined);
  return {
    name,
    queue,
    connection,
    keys: keysOf(name),
    async close() {
      await queue.close().catch(() => undefined);
      connection.close();
    },
  };
}

/** A job that is done leaves the queue: what became of its shard is among the results. */
export function jobOptions(id: string, attempts: number): JobsOptions {
  return {
    jobId: id,
    attempts,
    backoff: { type: 'exponential', delay: FIRST_BACKOFF_MS },
    removeOnComplete: true,
    stackTraceLimit: 1,
  };
}

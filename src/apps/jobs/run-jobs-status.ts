import { setTimeout as pause } from 'node:timers/promises';
import { openQueue, type OpenQueue } from './redis/queue.js';
import { retry } from './retry-jobs.js';
import { isOver, jobsStatus, type JobsStatus } from './status.js';
import { jobsText } from './jobs-text.js';
import { count } from '../../system/measures.js';
import { fillFlags } from '../../command-line/flags/fill-flags.js';
import { openInterrupts } from '../../system/signals.js';
import {
  drainFlags,
  retryFlags,
  statusFlags,
  type DrainFlags,
  type RetryFlags,
  type StatusFlags,
} from '../../command-line/flags/jobs-flags.js';
import { print, say } from '../../command-line/output.js';
import { SrganError } from '../../system/errors.js';
import { workersOf } from './heartbeat.js';

const LOOK_AGAIN_MS = 250;

/**
 * Has all workers take no new shard, and waits until those in hand have ended. The queue stays held until `release`.
 * @param onWait called with the shards in hand, where that number has changed
 * @throws SrganError E_QUEUE where shards are in the hands of workers that are gone
 */
async function drain(open: OpenQueue, signal: AbortSignal, onWait: (active: number) => void): Promise<void> {
  await open.queue.pause();
  let before = 0;
  while (!signal.aborted) {
    const active = await open.queue.getActiveCount();
    if (active === 0) return;
    if ((await workersOf(open)).length === 0) {
      const what = active === 1 ? 'A shard is' : `${active} shards are`;
      throw new SrganError('E_QUEUE', `${what} in the hands of workers that are gone.`, {
        hint: 'The next worker that starts gives them back to the queue, which is held now.',
      });
    }
    if (active !== before) onWait(active);
    before = active;
    await pause(LOOK_AGAIN_MS, undefined, { signal }).catch(() => undefined);
  }
}

async function release(open: OpenQueue): Promise<void> {
  await open.queue.resume();
}

const EVERY_MS = 1000;

/** Each returns the exit status. */
export async function runJobsStatus(given: StatusFlags): Promise<number> {
  const flags = await fillFlags(given, statusFlags);
  return on(flags, async (open) => {
    const tell = (status: JobsStatus) =>
      flags.json ? `${JSON.stringify(status, null, flags.watch ? 0 : 2)}\n` : jobsText(status);
    if (!flags.watch) {
      await print(tell(await jobsStatus(open, flags.manifest)));
      return 0;
    }
    const interrupts = openInterrupts(() => undefined);
    try {
      await watch(open, flags.manifest, tell, interrupts.drain);
      return interrupts.exitStatus ?? 0;
    } finally {
      interrupts.dispose();
    }
  });
}

/** On a terminal each text takes the place of the one before; elsewhere it is printed where it has changed. */
async function watch(
  open: OpenQueue,
  manifest: string | undefined,
  tell: (status: JobsStatus) => string,
  signal: AbortSignal,
): Promise<void> {
  let shown = '';
  while (!signal.aborted) {
    const status = await jobsStatus(open, manifest);
    const text = tell(status);
    const up = process.stdout.isTTY && shown !== '' ? `\u001b[${shown.split('\n').length - 1}A\u001b[J` : '';
    if (text !== shown) await print(`${up}${text}`);
    shown = text;
    if (isOver(status)) return;
    await pause(EVERY_MS, undefined, { signal }).catch(() => undefined);
  }
}

export async function runJobsDrain(given: DrainFlags): Promise<number> {
  const flags = await fillFlags(given, drainFlags);
  return on(flags, async (open) => {
    if (flags.release) {
      await release(open);
      say('The workers take shards again.');
      return 0;
    }
    const interrupts = openInterrupts(() => say('The queue stays held.'));
    try {
      await drain(open, interrupts.drain, (active) => say(`Waiting for ${count(active, 'shard')} in hand.`));
      if (interrupts.exitStatus === undefined) say('Nothing is in hand; the queue is held.');
      return interrupts.exitStatus ?? 0;
    } finally {
      interrupts.dispose();
    }
  });
}

export async function runJobsRetry(given: RetryFlags): Promise<number> {
  const flags = await fillFlags(given, retryFlags);
  return on(flags, async (open) => {
    const storage = {
      s3Endpoint: flags['s3-endpoint'],
      s3PathStyle: flags['s3-path-style'],
      s3Region: flags['s3-region'],
    };
    const retried = await retry(open, { images: flags.images ?? false, manifest: flags.manifest, storage });
    const { failedShards, shardsWithFailures } = retried;
    if (flags.json) await print(`${JSON.stringify(retried, null, 2)}\n`);
    const more = flags.images ? `, and ${count(shardsWithFailures, 'shard')} with images that failed` : '';
    say(`${count(failedShards, 'failed shard')}${more} go again.`);
    return 0;
  });
}

async function on(
  choice: { redis?: string; queue?: string },
  use: (open: OpenQueue) => Promise<number>,
): Promise<number> {
  const open = await openQueue({ redis: choice.redis, queue: choice.queue }, say);
  try {
    return await use(open);
  } finally {
    await open.close();
  }
}

import { withPackages } from '../../system/installed.js';
import { openQueue, type OpenQueue, type ShardJob } from './redis/queue.js';
import { resourcesOf } from './shard/run-shard.js';
import { work, type ShardEnd, type WorkObserver } from './work.js';
import type { Outcome } from '../../contract/job.js';
import { withSource } from '../../report/summary-text.js';
import { count, duration } from '../../system/measures.js';
import { watchedDirectory } from '../../flow/watch/watch.js';
import { fillFlags } from '../../command-line/flags/fill-flags.js';
import { openInterrupts } from '../../system/signals.js';
import { workFlags, type WorkFlags } from '../../command-line/flags/jobs-flags.js';
import { say as tell } from '../../command-line/output.js';
import { optionsOf } from '../../command-line/flags/pipe-options.js';
import { between } from '../../command-line/values.js';

const LOCK_S = 30;
const DRAIN_LIMIT_S = 300;

/** @returns the exit status */
export async function runJobsWork(given: WorkFlags): Promise<number> {
  const flags = await fillFlags(given, workFlags);
  const lockMs = 1000 * between(0.1, 3600, '--lock-duration', flags['lock-duration'] ?? LOCK_S);
  const say = (sentence: string) => {
    if (!flags.quiet) tell(sentence);
  };
  const watched = watchedDirectory();
  const measuring = flags.metrics === undefined ? undefined : await loadMetrics();
  const open = await openQueue(flags, say);
  const drainLimit = flags['drain-limit'] ?? DRAIN_LIMIT_S;
  const interrupts = openInterrupts(() => {
    say(`Stopping after the images that are being worked on, for which they have ${drainLimit} s.`);
  }, 1000 * drainLimit);
  const counts = { images: 0, failed: 0 };
  const human: WorkObserver = {
    image({ status, src, code = '', message = '' }: Outcome) {
      if (status === 'cancelled') return;
      counts.images += 1;
      if (status !== 'failed') return;
      counts.failed += 1;
      tell(`${code} ${withSource(src, message)}`);
    },
    shardBegun: () => undefined,
    shardEnded: (job, end) => {
      const line = lineOf(job, end);
      if (end.kind === 'failed') tell(line);
      else say(line);
    },
  };
  const metrics = measuring && (await measuring.open(flags.metrics ?? '', open));
  try {
    if (metrics) say(`Metrics are at ${metrics.url}`);
    say(`Working on the queue ${open.name} of Redis at ${open.connection.title}.`);
    const end = await work(open, {
      resources: resourcesOf(optionsOf(flags)),
      watched,
      lockMs,
      once: flags.once ?? false,
      drain: interrupts.drain,
      onNote: say,
      observer: metrics ? both(human, metrics.observer) : human,
    });
    say(`${count(end.shards, 'shard')}, ${count(counts.images, 'image')}, ${counts.failed} failed.`);
    if (end.refusal && interrupts.exitStatus === undefined) throw end.refusal;
    return interrupts.exitStatus ?? 0;
  } finally {
    await metrics?.close();
    await open.close();
    interrupts.dispose();
  }
}

/** @throws SrganError E_USAGE where what it needs is not installed */
async function loadMetrics() {
  const { serveMetrics } = await import('./telemetry/serve-metrics.js');
  const { workMetrics } = await withPackages(
    '--metrics',
    ['prom-client'],
    'E_USAGE',
    () => import('./telemetry/work-metrics.js'),
  );
  return {
    async open(address: string, queue: OpenQueue) {
      const { registry, observer } = workMetrics(queue);
      return { ...(await serveMetrics(address, registry)), observer };
    },
  };
}

function lineOf({ manifest, shard, sources }: ShardJob, end: ShardEnd): string {
  const what = `Shard ${shard} of ${manifest}`;
  const after = `after ${duration(end.ms)}`;
  switch (end.kind) {
    case 'done': {
      const { failed } = end.result;
      return `${what}: ${count(sources, 'image')}, ${failed} failed, ${after}`;
    }
    case 'failed':
      return `${what} failed ${after}: ${end.error instanceof Error ? end.error.message : String(end.error)}`;
    case 'not ours':
      return `${what} was given to another worker meanwhile`;
    case 'done before':
      return `${what} was done before`;
    case 'given back':
      return `${what} was given back ${after}`;
  }
}

function both(a: WorkObserver, b: WorkObserver): WorkObserver {
  return {
    image(outcome) {
      a.image(outcome);
      b.image(outcome);
    },
    shardBegun(job, waitMs) {
      a.shardBegun(job, waitMs);
      b.shardBegun(job, waitMs);
    },
    shardEnded(job, end) {
      a.shardEnded(job, end);
      b.shardEnded(job, end);
    },
  };
}

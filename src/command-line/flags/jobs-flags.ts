import * as Flags from '@oclif/core/flags';
import type { Interfaces } from '@oclif/core';
import {
  namingFlags,
  networkFlags,
  resultFlags,
  selectingFlags,
  limitFlags,
  resourceFlags,
  s3Flags,
  storageFlags,
} from './flags.js';
import { failingFlags, jsonFlag, reportingFlags, superviseFlag } from './report-flags.js';
import { number, wholeNumber } from './valued.js';

/** Flags of the queue, and of how shards are cut and processed. */

const queueGroup = { helpGroup: 'QUEUE' };
export const queueFlags = {
  redis: Flags.string({
    ...queueGroup,
    helpValue: 'URL',
    description:
      'Redis server of the queue: redis://HOST:6379, or rediss://USER:PASSWORD@HOST:PORT for TLS. Put passwords in SRGAN_REDIS.',
  }),
  queue: Flags.string({
    ...queueGroup,
    helpValue: 'NAME',
    description: 'Name of the queue (default: images).',
  }),
};

export const manifestFlag = {
  manifest: Flags.string({
    ...queueGroup,
    helpValue: 'ID',
    description: 'Only the submission with this id, as printed by submit (default: all).',
  }),
};

const { quiet, verbose, config } = reportingFlags;
const saying = { quiet, verbose, config };

const { out, base, name, suffix, 'skip-existing': skipExisting, overwrite } = namingFlags;
const { retries, 'drain-limit': drainLimit } = failingFlags;

export const submitFlags = {
  ...queueFlags,
  'shard-size': wholeNumber({
    ...queueGroup,
    description: 'Images per job, which a worker takes at a time (default: 200).',
  }),
  'high-water': wholeNumber({
    ...queueGroup,
    description: 'Pause submitting while this many jobs are waiting (default: 10000).',
  }),
  attempts: wholeNumber({
    ...queueGroup,
    description:
      'Attempts per shard when a disk is full or a worker cannot continue, with growing delays (default: 5).',
  }),
  ...selectingFlags,
  out,
  base,
  name,
  suffix,
  'skip-existing': skipExisting,
  overwrite,
  ...resultFlags,
  ...networkFlags,
  ...limitFlags,
  ...storageFlags,
  retries,
  ...jsonFlag,
  ...saying,
};

const { threads, sequential, 'chunk-size': chunkSize, 'max-memory': maxMemory, fsync } = resourceFlags;

export const workFlags = {
  ...queueFlags,
  once: Flags.boolean({ ...queueGroup, description: 'Exit when the queue is empty.' }),
  'lock-duration': number({
    ...queueGroup,
    helpValue: 'SECONDS',
    description:
      'Hand a shard to another worker when this one has been silent this long; it reports three times as often (default: 30).',
  }),
  metrics: Flags.string({
    ...queueGroup,
    helpValue: '[HOST]:PORT',
    description: 'Serve Prometheus metrics at http://HOST:PORT/metrics (default host: 127.0.0.1).',
  }),
  'drain-limit': drainLimit,
  threads,
  sequential,
  'chunk-size': chunkSize,
  'max-memory': maxMemory,
  'max-open-files': resourceFlags['max-open-files'],
  fsync,
  ...superviseFlag,
  ...storageFlags,
  ...saying,
};

export const statusFlags = {
  ...queueFlags,
  ...manifestFlag,
  watch: Flags.boolean({
    ...queueGroup,
    description: 'Refresh every second until everything is done.',
  }),
  ...jsonFlag,
  config,
};

export const drainFlags = {
  ...queueFlags,
  release: Flags.boolean({ ...queueGroup, description: 'Let workers take shards again.' }),
  config,
};

export const retryFlags = {
  ...queueFlags,
  ...manifestFlag,
  images: Flags.boolean({
    ...queueGroup,
    description: 'Also retry the failed images of shards that finished.',
  }),
  ...s3Flags,
  ...jsonFlag,
  config,
};

export type SubmitFlags = Partial<Interfaces.InferredFlags<typeof submitFlags>>;
export type WorkFlags = Partial<Interfaces.InferredFlags<typeof workFlags>>;
export type StatusFlags = Partial<Interfaces.InferredFlags<typeof statusFlags>>;
export type DrainFlags = Partial<Interfaces.InferredFlags<typeof drainFlags>>;
export type RetryFlags = Partial<Interfaces.InferredFlags<typeof retryFlags>>;

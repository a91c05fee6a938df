import * as Flags from '@oclif/core/flags';
import type { Interfaces } from '@oclif/core';
import { namingFlags, networkFlags, resultFlags, selectingFlags } from './flags.js';
import { failingFlags, jsonFlag, reportingFlags, superviseFlag } from './report-flags.js';
import { limitFlags, resourceFlags } from './resource-flags.js';
import { s3Flags, storageFlags } from './storage-flags.js';
import { number, wholeNumber } from './valued.js';

/** Where the queue is, and how shards are cut and worked off. */

const queueGroup = { helpGroup: 'QUEUE' };
export const queueFlags = {
  redis: Flags.string({
    ...queueGroup,
    helpValue: 'URL',
    description:
      'The Redis server with the queue: redis://HOST:6379, or rediss://USER:PASSWORD@HOST:PORT for TLS. SRGAN_REDIS keeps a password off the command line.',
  }),
  queue: Flags.string({
    ...queueGroup,
    helpValue: 'NAME',
    description: 'Name of the queue; otherwise images.',
  }),
};

export const manifestFlag = {
  manifest: Flags.string({
    ...queueGroup,
    helpValue: 'ID',
    description: 'What one submit made, by the id that it printed; otherwise all.',
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
    description: 'Images in a job: what a worker takes at a time; otherwise 200.',
  }),
  'high-water': wholeNumber({
    ...queueGroup,
    description: 'Wait while so many jobs wait, until there are fewer; otherwise 10000.',
  }),
  attempts: wholeNumber({
    ...queueGroup,
    description:
      'Try a shard so often where the disk is full or a worker cannot go on, after waits that double; otherwise 5.',
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
  once: Flags.boolean({ ...queueGroup, description: 'End when nothing is left in the queue.' }),
  'lock-duration': number({
    ...queueGroup,
    helpValue: 'SECONDS',
    description:
      'Give a shard to another worker where this one says nothing for so long; it says something three times in that time. Otherwise 30.',
  }),
  metrics: Flags.string({
    ...queueGroup,
    helpValue: '[HOST]:PORT',
    description: 'Serve metrics for Prometheus at http://HOST:PORT/metrics; HOST is otherwise 127.0.0.1.',
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
    description: 'Tell it again every second, until everything is done or Ctrl-C.',
  }),
  ...jsonFlag,
  config,
};

export const drainFlags = {
  ...queueFlags,
  release: Flags.boolean({ ...queueGroup, description: 'Let the workers take shards again.' }),
  config,
};

export const retryFlags = {
  ...queueFlags,
  ...manifestFlag,
  images: Flags.boolean({
    ...queueGroup,
    description: 'The shards too that ended with images that failed: those images are tried again.',
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

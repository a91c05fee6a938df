import type { Interfaces } from '@oclif/core';
import { namingFlags, networkFlags, resultFlags, limitFlags, resourceFlags, storageFlags } from './flags.js';
import { reportingFlags } from './report-flags.js';

const { quiet, verbose, config } = reportingFlags;

export const upscaleFlags = {
  overwrite: namingFlags.overwrite,
  ...resultFlags,
  ...networkFlags,
  threads: resourceFlags.threads,
  'max-memory': resourceFlags['max-memory'],
  fsync: resourceFlags.fsync,
  ...limitFlags,
  ...storageFlags,
  quiet,
  verbose,
  config,
};

export type UpscaleFlags = Partial<Interfaces.InferredFlags<typeof upscaleFlags>>;

import type { Interfaces } from '@oclif/core';
import { namingFlags, networkFlags, resourceFlags, resultFlags } from './flags.js';
import { reportingFlags } from './report-flags.js';

const { quiet, verbose, config } = reportingFlags;

export const upscaleFlags = {
  overwrite: namingFlags.overwrite,
  ...resultFlags,
  ...networkFlags,
  threads: resourceFlags.threads,
  'max-memory': resourceFlags['max-memory'],
  fsync: resourceFlags.fsync,
  'max-pixels': resourceFlags['max-pixels'],
  'max-frames': resourceFlags['max-frames'],
  'max-input-bytes': resourceFlags['max-input-bytes'],
  'max-output-pixels': resourceFlags['max-output-pixels'],
  'max-output-bytes': resourceFlags['max-output-bytes'],
  'time-limit': resourceFlags['time-limit'],
  quiet,
  verbose,
  config,
};

export type UpscaleFlags = Partial<Interfaces.InferredFlags<typeof upscaleFlags>>;

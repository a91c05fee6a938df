import type { Interfaces } from '@oclif/core';
import { namingFlags, networkFlags, resourceFlags, resultFlags } from './flags.js';
import { reportingFlags } from './report-flags.js';

const { threads, 'max-memory': maxMemory, 'max-pixels': maxPixels } = resourceFlags;
const { quiet, verbose, config } = reportingFlags;

export const upscaleFlags = {
  overwrite: namingFlags.overwrite,
  ...resultFlags,
  ...networkFlags,
  threads,
  'max-memory': maxMemory,
  'max-pixels': maxPixels,
  quiet,
  verbose,
  config,
};

export type UpscaleFlags = Partial<Interfaces.InferredFlags<typeof upscaleFlags>>;

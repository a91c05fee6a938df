import type { Interfaces } from '@oclif/core';
import { namingFlags, networkFlags, resultFlags, selectingFlags, resourceFlags } from './flags.js';
import { failingFlags, journalFlags, reportingFlags } from './report-flags.js';
import { number } from './valued.js';

const watching = { helpGroup: 'WATCH' };
const { recursive, include, exclude } = selectingFlags;
const { name, suffix, overwrite, 'skip-existing': skipExisting } = namingFlags;
const { retries, 'drain-limit': drainLimit } = failingFlags;
const { quiet, verbose, config, 'ndjson-out': ndjsonOut } = reportingFlags;

export const watchFlags = {
  settle: number({
    ...watching,
    helpValue: 'SECONDS',
    description: 'Take a file once its size has not changed for this long (default: 2).',
  }),
  poll: number({
    ...watching,
    helpValue: 'SECONDS',
    description:
      'Look for changes this often, for network drives that report none (default: rely on the system).',
  }),
  recursive,
  include,
  exclude,
  name,
  suffix,
  'skip-existing': skipExisting,
  overwrite,
  ...resultFlags,
  ...networkFlags,
  ...resourceFlags,
  retries,
  'drain-limit': drainLimit,
  journal: journalFlags.journal,
  'ndjson-out': { ...ndjsonOut, exclusive: [] } as typeof ndjsonOut,
  quiet,
  verbose,
  config,
};

export type WatchFlags = Partial<Interfaces.InferredFlags<typeof watchFlags>>;

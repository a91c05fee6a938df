import * as Flags from '@oclif/core/flags';
import type { Interfaces } from '@oclif/core';
import {
  globFlag,
  namingFlags,
  networkFlags,
  resultFlags,
  selectingFlags,
  shardFlag,
  resourceFlags,
} from './flags.js';
import { batchRunFlags, failingFlags, reportingFlags, superviseFlag } from './report-flags.js';

const { name, suffix, overwrite } = namingFlags;

/** Flags that can have defaults; which batch is meant cannot. */
export const batchDefaults = {
  recursive: Flags.boolean({
    ...selectingFlags.recursive,
    char: 'r',
    description: 'Include the subdirectories of IN and mirror them in OUT (default: only the top).',
  }),
  ...globFlag,
  exclude: selectingFlags.exclude,
  limit: selectingFlags.limit,
  ...shardFlag,
  name,
  suffix,
  'skip-existing': Flags.boolean({ ...namingFlags['skip-existing'], char: 'k' }),
  overwrite,
  'dry-run': namingFlags['dry-run'],
  ...resultFlags,
  ...networkFlags,
  ...resourceFlags,
  ...failingFlags,
  webhook: batchRunFlags.webhook,
  ...reportingFlags,
};

export const batchFlags = { ...batchDefaults, ...batchRunFlags, ...superviseFlag };

export type BatchFlags = Partial<Interfaces.InferredFlags<typeof batchFlags>>;

import type { BatchFlags } from './batch-flags.js';
import { optionsOf } from './pipe-options.js';

/** The flags of batch under the names that the options have; only the top of a directory unless it is stated. */
export function batchOptions(flags: BatchFlags): ReturnType<typeof optionsOf> {
  const { glob: include, recursive = false } = flags;
  return optionsOf({ ...flags, include, recursive, resume: undefined, 'resume-strict': undefined });
}

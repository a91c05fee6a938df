import type { BatchFlags } from './batch-flags.js';
import { optionsOf } from './pipe-options.js';

/** Converts the flags of batch to options; only the top level of a directory unless --recursive is given. */
export function batchOptions(flags: BatchFlags): ReturnType<typeof optionsOf> {
  const { glob: include, recursive = false } = flags;
  return optionsOf({ ...flags, include, recursive, resume: undefined, 'resume-strict': undefined });
}

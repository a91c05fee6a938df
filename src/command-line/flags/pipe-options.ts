import { flagName } from '../../contract/options/option.js';
import { namesWhere, type PipeOptions } from '../../contract/options.js';
import type { PipeFlags } from './pipe-flags.js';
import type { FlaggedOption } from './option-flags.js';

type FlagOptions = Pick<PipeOptions, Exclude<FlaggedOption, 'out'>>;

/** Converts flags to options; each command determines sources and output directory itself. */
export function optionsOf(flags: PipeFlags): FlagOptions {
  const given: Readonly<Record<string, unknown>> = flags;
  const names = namesWhere(({ flag }) => flag !== undefined).filter((name) => name !== 'out');
  return {
    ...(Object.fromEntries(names.map((name) => [name, given[flagName(name)]])) as FlagOptions),
    resume: flags['resume-strict'] ? 'strict' : flags.resume,
  };
}

import { expected } from '../system/expect.js';
import { SrganError } from '../system/errors.js';
import type { EngineName } from './engine.js';
import { inputs, isRecord } from './options/checks.js';
import { NETWORK_OPTIONS, RESULT_OPTIONS } from './options/result-options.js';
import type { OptionFacts, ValueOf } from './options/option.js';
import { RESOURCE_OPTIONS } from './options/resource-options.js';
import { FAILURE_OPTIONS, PROGRAM_OPTIONS, STORAGE_OPTIONS } from './options/failure-options.js';
import { SELECTION_OPTIONS, type Shard } from './options/selection-options.js';
import type { Inputs } from './program-inputs.js';

export type { Shard } from './options/selection-options.js';

/**
 * Every option of a run but `inputs`, with all that is known about it. The types below, the checks, the defaults, the
 * HTTP API, the key and the journal's list come from here, and the flags too, once flags.ts names the option.
 * src/README.md, "How to add", has the lists that still name options by hand.
 */
export const OPTIONS = {
  ...SELECTION_OPTIONS,
  ...RESULT_OPTIONS,
  ...NETWORK_OPTIONS,
  ...RESOURCE_OPTIONS,
  ...FAILURE_OPTIONS,
  ...STORAGE_OPTIONS,
  ...PROGRAM_OPTIONS,
};

type Table = typeof OPTIONS;
export type OptionName = keyof Table;
export type OptionValue<N extends OptionName> = ValueOf<Table[N]>;

/** Names of the options whose facts have the shape `F`, such as `{ ofWorker: true }`. */
export type NamesWith<F> = { [N in OptionName]: Table[N] extends F ? N : never }[OptionName];

/** Names of the options for which `holds` is true, in the order of the table. */
export function namesWhere(holds: (facts: OptionFacts<unknown>) => boolean): OptionName[] {
  return (Object.entries(OPTIONS) as [OptionName, OptionFacts<unknown>][]).flatMap(([name, facts]) =>
    holds(facts) ? [name] : [],
  );
}

/** Options of a run as a program gives them; everything but `inputs` has a default. */
export type PipeOptions = { inputs: Inputs | readonly string[] } & { [N in OptionName]?: OptionValue<N> };

/** Options that become others when they are filled in, or whose default depends on the machine. */
const RESOLVED = [
  'kind',
  'effort',
  'model',
  'engine',
  'skipExisting',
  'overwrite',
  'failFast',
  'maxFailures',
  'resume',
  'state',
  'threads',
  'chunkSize',
  'maxMemory',
  'maxOpenFiles',
] as const satisfies readonly OptionName[];

type Direct = Exclude<OptionName, (typeof RESOLVED)[number] | keyof typeof PROGRAM_OPTIONS>;

type Filled = {
  readonly [N in Direct]: Table[N] extends { readonly default: unknown }
    ? OptionValue<N>
    : OptionValue<N> | undefined;
};

/** The options of a run, checked and filled in. */
export interface Settings extends Filled {
  readonly inputs: Inputs;
  readonly shard: Readonly<Shard> | undefined;
  readonly model: string;
  readonly engine: EngineName;
  readonly threads: number;
  readonly chunkSize: number;
  readonly maxMemory: number;
  readonly maxOpenFiles: number;
  readonly resume: boolean;
  /** Replace results that another version made. */
  readonly strict: boolean;
  readonly existing: 'refuse' | 'skip' | 'overwrite';
  /** Failures after which the run stops: a count, or a share 0..1 of the sources; undefined: never. */
  readonly maxFailures: { count: number } | { share: number } | undefined;
}

/** The options that are taken as they are given, or as the table has their default. */
export function withDefaults(options: PipeOptions): Filled {
  const others = new Set<string>([...RESOLVED, ...Object.keys(PROGRAM_OPTIONS)]);
  const direct = namesWhere(() => true).filter((name) => !others.has(name));
  return Object.fromEntries(
    direct.map((name) => [name, options[name] ?? (OPTIONS[name] as OptionFacts<unknown>).default]),
  ) as unknown as Filled;
}

/** @throws SrganError E_USAGE for an unknown option, or a value that the option does not take */
export function checkValues(options: unknown): asserts options is PipeOptions {
  if (!isRecord(options)) throw expected('an object', 'options', options);
  const { inputs: given, ...rest } = options;
  if (!inputs.holds(given)) throw expected(inputs.what, 'inputs', given);
  for (const [name, value] of Object.entries(rest)) checkOption(name, value);
}

/** @throws SrganError E_USAGE where there is no such option, or it does not take the value */
export function checkOption(name: string, value: unknown): void {
  if (!Object.hasOwn(OPTIONS, name)) throw new SrganError('E_USAGE', `There is no option ${name}.`);
  const { check } = OPTIONS[name as OptionName];
  if (value !== undefined && !check.holds(value)) throw expected(check.what, name, value);
}

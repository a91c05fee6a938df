import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { RESIZE_KERNELS } from '../../contract/engine.js';
import { namesWhere, OPTIONS, type PipeOptions } from '../../contract/options.js';
import { flagName, type OptionFacts } from '../../contract/options/option.js';
import { SrganError } from '../../system/errors.js';
import { shardFile, removeShardSuffix } from '../../places/find/shard.js';
import { batchFile, noBatch } from '../../flow/journal/batches.js';
import type { BatchLine, RecordedOptions } from '../../flow/journal/journal-lines.js';
import { readBegun } from '../../flow/journal/read.js';
import { isKnownName } from '../../network/models/kept/known-name.js';
import { resolveOptions } from '../../flow/settings.js';
import type { BatchFlags } from '../../command-line/flags/batch-flags.js';
import { batchOptions } from '../../command-line/flags/batch-options.js';

/** A batch that is about to run. */
export interface Batch {
  /** Of a shard, what all shards of the batch share. */
  readonly id: string;
  readonly input: string;
  readonly out: string;
  readonly options: Omit<PipeOptions, 'inputs' | 'out'>;
}

type OptionName = keyof RecordedOptions;

/** Options that a resumed batch may be given anew, in groups of which the nearest value replaces all others. */
const FREE = freeGroups();

function freeGroups(): OptionName[][] {
  const groups = new Map<string, OptionName[]>();
  for (const name of namesWhere(({ freeOnResume }) => freeOnResume !== undefined) as OptionName[]) {
    const { freeOnResume }: OptionFacts<unknown> = OPTIONS[name];
    const group = typeof freeOnResume === 'string' ? freeOnResume : name;
    groups.set(group, [...(groups.get(group) ?? []), name]);
  }
  return [...groups.values()];
}

/**
 * A batch as its journal has it, with what may be stated anew.
 * @param args IN and OUT, or OUT alone
 * @param given on the command line; `filled` also has what the environment and the configuration file say
 * @throws SrganError E_USAGE where there is no such batch, or what is given contradicts it
 */
export async function resumedBatch(
  args: readonly string[],
  id: string,
  given: BatchFlags,
  filled: BatchFlags,
): Promise<Batch> {
  const out = args.at(-1);
  if (out === undefined) {
    throw new SrganError('E_USAGE', '--resume needs the output directory of the batch.', {
      hint: `Such as: srgan batch OUT --resume ${id}`,
    });
  }
  const file = shardFile(batchFile(out, removeShardSuffix(id, filled.shard)), filled.shard);
  const past = await readBegun(file);
  if (!past) throw noBatch(out, path.parse(file).name);
  if (!past.batch) {
    throw new SrganError('E_USAGE', `${file}: ends before the options of the batch.`, {
      hint: 'No image was begun, so run the batch again without --resume.',
    });
  }
  const recorded = await optionsIn(past.batch);
  await refuseContradictions(id, given, recorded);
  const free = FREE.flatMap((group) => {
    const layers = [stated(given), recorded, stated(filled)];
    const nearest = layers.find((layer) => group.some((name) => layer[name] !== undefined));
    return group.map((name) => [name, nearest?.[name]]);
  });
  const { 'dry-run': dryRun, 'retry-failed': retryFailed, 'resume-strict': strict } = filled;
  return {
    id: removeShardSuffix(id, recorded.shard),
    input: inputOf(past.batch, args.length > 1 ? args[0] : undefined),
    out,
    options: {
      ...recorded,
      ...(Object.fromEntries(free) as RecordedOptions),
      dryRun,
      retryFailed,
      resume: strict ? 'strict' : true,
    },
  };
}

/** Relative paths among them were relative to where the batch was begun. */
async function optionsIn({ options, cwd }: BatchLine): Promise<RecordedOptions> {
  const { model } = options;
  if (model === undefined || (await isName(model))) return options;
  return { ...options, model: path.resolve(cwd, model) };
}

/** Of a network or kernel that is known, or a URL: whatever else it is, it is the path of a user's own network. */
async function isName(model: string): Promise<boolean> {
  return isKernel(model) || model.startsWith('file:') || (await isKnownName(model));
}

const isKernel = (model: string) => RESIZE_KERNELS.some((kernel) => kernel === model);

function inputOf({ id, cwd, patterns = [] }: BatchLine, given: string | undefined): string {
  const input = path.resolve(cwd, patterns[0] ?? '.');
  if (given === undefined) return path.relative('', input) || '.';
  if (path.resolve(given) === input) return given;
  throw new SrganError('E_USAGE', `${given} is not the directory of batch ${id}, which is ${input}.`, {
    hint: 'Leave it out, or begin another batch.',
  });
}

/** What was stated, and not filled in by us. */
function stated(flags: BatchFlags): RecordedOptions {
  const options = Object.entries(batchOptions(flags));
  const isStated = ([name, value]: [string, unknown]) =>
    value !== undefined && (name !== 'recursive' || flags.recursive !== undefined);
  return Object.fromEntries(options.filter(isStated));
}

/** An option may be given again where it leads to the same settings. */
async function refuseContradictions(id: string, given: BatchFlags, recorded: RecordedOptions): Promise<void> {
  const free = new Set<string>([...FREE.flat(), 'dryRun', 'retryFailed']);
  const settingsWith = (options: object) =>
    resolveOptions({ inputs: ['.'], threads: 1, maxMemory: 2 ** 30, ...options, sequential: false });
  const fixed = Object.fromEntries(Object.entries(recorded).filter(([name]) => !free.has(name)));
  const settings = await settingsWith(fixed);
  const contradicting: string[] = [];
  for (const [name, value] of Object.entries(stated(given))) {
    if (free.has(name)) continue;
    const again = await settingsWith({ ...fixed, [name]: value }).catch(() => undefined);
    if (!isDeepStrictEqual(again, settings)) contradicting.push(flagOf(name));
  }
  if (contradicting.length === 0) return;
  throw new SrganError(
    'E_USAGE',
    `Batch ${id} was begun with another ${contradicting.join(' and another ')}.`,
    {
      hint: 'A batch is taken up as it was begun: leave them out, or begin another one.',
    },
  );
}

const flagOf = (option: string) => (option === 'include' ? '--glob' : `--${flagName(option)}`);

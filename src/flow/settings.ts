import path from 'node:path';
import { defaultEngine } from '../network/engines/default-engine.js';
import { SrganError } from '../system/errors.js';
import { stat } from '../system/files/fs.js';
import { shardFile } from '../places/find/shard.js';
import { usableCores, usableFiles, usableMemoryBytes } from '../system/machine.js';
import { schemeOf, s3Address } from '../system/files/address.js';
import { journalsOf } from '../places/storage/journals.js';
import { ownNameFor } from '../contract/own-names.js';
import type { Inputs } from '../contract/program-inputs.js';
import { checkValues, OPTIONS, withDefaults, type PipeOptions, type Settings } from '../contract/options.js';
import { shareOf } from '../contract/options/checks.js';
import { refuseExclusions } from '../contract/options/option.js';
import type { Size } from '../system/measures.js';
import { checkExtension, formatOfName } from './plan/format.js';
import { checkSuffix, checkTemplate } from './plan/name.js';

const TFJS_MODEL = 'esrgan-slim';

const MIB = 2 ** 20;

/**
 * Checks the options of a run and fills in what is not stated.
 * @throws SrganError E_USAGE for a value or a combination that makes no sense, E_OUT_DIR where `out` is a file
 */
export async function resolveOptions(options: PipeOptions): Promise<Settings> {
  checkValues(options);
  checkCombinations(options);
  const listed = 'kind' in options.inputs ? options.inputs : patterns(options.inputs);
  if (listed.kind !== 'patterns' && (options.include?.length || options.exclude?.length)) {
    throw new SrganError(
      'E_USAGE',
      'include and exclude choose among globs, files and directories, not from a list.',
    );
  }
  if (options.name !== undefined) checkName(options.name, options.format);
  if (options.suffix !== undefined) checkSuffix(options.suffix);
  if (options.out !== undefined) await checkOut(options.out);

  const resume = options.resume === 'strict' || (options.resume ?? options.retryFailed ?? false);
  const journal = options.journal ?? (resume ? defaultJournal(options) : undefined);
  const threads = options.threads ?? (options.sequential ? 1 : await usableCores());
  return {
    ...withDefaults(options),
    inputs: listed,
    model: modelOf(options),
    engine: options.engine ?? defaultEngine(options.device),
    threads,
    chunkSize: options.chunkSize ?? (options.sequential ? 1 : Infinity),
    maxMemory: options.maxMemory ?? defaultMaxMemory(await usableMemoryBytes(), threads),
    maxOpenFiles: options.maxOpenFiles ?? (await usableFiles()),
    journal: journal === undefined ? undefined : shardFile(journal, options.shard),
    resume,
    strict: options.resume === 'strict',
    existing: options.skipExisting ? 'skip' : options.overwrite ? 'overwrite' : 'refuse',
    maxFailures: failuresAllowed(options),
  };
}

/** The tfjs engine runs none of our own networks. */
function modelOf({ model, engine, kind, effort }: PipeOptions): string {
  if (model !== undefined) return model;
  if (engine === 'resize') return 'lanczos3';
  const stated = kind !== undefined || effort !== undefined;
  return engine === 'tfjs' && !stated ? TFJS_MODEL : ownNameFor(kind, effort);
}

function defaultJournal({ out, state }: PipeOptions): string {
  if (out !== undefined) return path.join(journalsOf(out, state), 'journal.ndjson');
  throw new SrganError('E_USAGE', 'resume needs an output directory, or to be told the journal.', {
    hint: 'Name it with --journal FILE.',
  });
}

/**
 * Enough for every worker to have its hands full; an image that needs more goes by way of the disk, which takes
 * no longer. At most a quarter of what is free: the workers' sessions, the codecs and others need the rest.
 */
export function defaultMaxMemory(usableBytes: number, threads: number): number {
  return Math.round(Math.min((512 + 64 * threads) * MIB, Math.max(256 * MIB, usableBytes / 4)));
}

function checkCombinations(options: PipeOptions) {
  refuseExclusions(options, OPTIONS);
  const { minSize, maxSize } = options;
  if (options.retryFailed && options.resume === false) {
    throw new SrganError('E_USAGE', 'retryFailed and resume: false exclude each other.', {
      hint: 'Give one of them.',
    });
  }
  if (minSize && maxSize && !fitsInto(minSize, maxSize)) {
    throw new SrganError('E_USAGE', 'minSize is above maxSize, so no image could have both.');
  }
  if (options.lossless && options.format && !['webp', 'avif', 'same'].includes(options.format)) {
    throw new SrganError('E_USAGE', `lossless is a choice for webp and avif, not for ${options.format}.`);
  }
  if (options.suffix !== undefined && options.name !== undefined && !options.name.includes('{suffix}')) {
    throw new SrganError(
      'E_USAGE',
      `suffix has no place in the name ${options.name}: write {suffix} where it belongs.`,
    );
  }
}

function checkName(name: string, format: PipeOptions['format']) {
  checkTemplate(name);
  try {
    checkExtension(name);
  } catch (cause) {
    const { message, hint } = cause as SrganError;
    throw new SrganError('E_USAGE', message, { hint });
  }
  const byName = formatOfName(name);
  if (byName === undefined || format === undefined || format === 'same' || byName === format) return;
  throw new SrganError('E_USAGE', `The name ${name} is one for ${byName}, not for the format ${format}.`, {
    hint: 'End it with .{ext}.',
  });
}

async function checkOut(out: string) {
  const scheme = schemeOf(out);
  if (scheme === 's3') s3Address(out);
  if (scheme === 'http')
    throw new SrganError('E_USAGE', `${out}: results cannot be put at an address of http.`, {
      hint: 'Name a directory, or s3://bucket/prefix.',
    });
  if (scheme !== undefined) return;
  const found = await stat(out).catch(() => undefined);
  if (found && !found.isDirectory()) {
    throw new SrganError('E_OUT_DIR', `${out}: is a file, but the results need a directory.`, {
      hint: 'Name an output directory after the sources, or with --out.',
    });
  }
}

function failuresAllowed({ failFast, maxFailures }: PipeOptions): Settings['maxFailures'] {
  if (failFast) return { count: 0 };
  const share = shareOf(maxFailures);
  if (share !== undefined) return { share };
  return typeof maxFailures === 'number' ? { count: maxFailures } : undefined;
}

function patterns(list: readonly string[]): Inputs {
  return { kind: 'patterns', patterns: list };
}

function fitsInto(inner: Size, outer: Size): boolean {
  return inner.widthPx <= outer.widthPx && inner.heightPx <= outer.heightPx;
}

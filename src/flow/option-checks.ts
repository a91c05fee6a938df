import { DEVICES, ENGINE_NAMES } from '../contract/engine.js';
import { SrganError } from '../system/errors.js';
import { expected, flag, integer, number, oneOf, text, type Check } from '../system/expect.js';
import { OUTPUT_FORMATS } from '../contract/job.js';
import { MAX_TIMER_MS, MAX_SCALE, MAX_SIDE_PX } from '../system/measures.js';
import { EFFORTS, KIND_CHOICES } from '../contract/own-names.js';
import type { PipeOptions } from '../contract/options.js';
import { isHttpUrl } from '../system/files/address.js';

const MIB = 2 ** 20;
const MAX_SECONDS = Math.floor(MAX_TIMER_MS / 1000);
const MAX_COUNT = Number.MAX_SAFE_INTEGER;

const side = integer(1, MAX_SIDE_PX, 'a whole number of pixels, at least 1');
const count = integer(1, MAX_COUNT, 'a whole number, at least 1');

const size: Check = {
  what: 'a size { widthPx, heightPx } in whole pixels',
  holds: (value) => isRecord(value) && side.holds(value.widthPx) && side.holds(value.heightPx),
};

const MAX_SHARDS = 1_000_000;

const shard: Check = {
  what: `a shard { index, count }, of 1 to at most ${MAX_SHARDS}, index from 1 to count`,
  holds: (value) =>
    isRecord(value) &&
    integer(1, MAX_SHARDS, '').holds(value.count) &&
    integer(1, Number(value.count), '').holds(value.index),
};

const texts: Check = {
  what: 'a list of non-empty strings',
  holds: (value) => Array.isArray(value) && value.every((item) => text.holds(item)),
};

const callback: Check = { what: 'a function', holds: (value) => typeof value === 'function' };

const signal: Check = { what: 'an AbortSignal', holds: (value) => value instanceof AbortSignal };

const inputs: Check = {
  what: 'a list of globs, files and directories, or { kind: patterns, list, list-file or iterable, … }',
  holds: (value) => texts.holds(value) || (isRecord(value) && isInputs(value)),
};

const CHECKS: Record<keyof PipeOptions, Check> = {
  inputs,
  out: text,
  base: text,
  recursive: flag,
  include: texts,
  exclude: texts,
  limit: count,
  shard,
  name: text,
  suffix: { what: 'a string', holds: (value) => typeof value === 'string' },
  format: oneOf([...OUTPUT_FORMATS, 'same']),
  quality: integer(1, 100, 'a whole number from 1 to 100'),
  lossless: flag,
  fastPng: flag,
  strip: flag,
  scale: number(Number.MIN_VALUE, MAX_SCALE, `a number above 0, at most ${MAX_SCALE}`),
  width: side,
  height: side,
  minSize: size,
  maxSize: size,
  ifLarger: oneOf(['copy', 'skip']),
  model: text,
  kind: oneOf(KIND_CHOICES),
  effort: oneOf(EFFORTS),
  engine: oneOf(ENGINE_NAMES),
  device: oneOf(DEVICES),
  tta: flag,
  fold: flag,
  verify: flag,
  tile: integer(8, 65_536, 'a whole number of pixels from 8 to 65536'),
  threads: integer(1, 1024, 'a whole number from 1 to 1024'),
  sequential: flag,
  chunkSize: count,
  maxMemory: integer(MIB, MAX_COUNT, `a whole number of bytes, at least ${MIB}`),
  fsync: flag,
  maxPixels: count,
  maxOutputPixels: count,
  maxOutputBytes: count,
  maxInputBytes: count,
  maxFrames: count,
  timeLimit: number(0.001, MAX_SECONDS, `a number of seconds above 0, at most ${MAX_SECONDS}`),
  maxOpenFiles: count,
  retries: integer(0, 100, 'a whole number from 0 to 100'),
  journal: text,
  resume: { what: "true, false or 'strict'", holds: (value) => flag.holds(value) || value === 'strict' },
  retryFailed: flag,
  state: text,
  s3Endpoint: {
    what: 'a URL of http or https',
    holds: (value) => typeof value === 'string' && isHttpUrl(value),
  },
  s3PathStyle: flag,
  s3Region: text,
  allowPrivateAddresses: flag,
  skipExisting: flag,
  overwrite: flag,
  dryRun: flag,
  failFast: flag,
  maxFailures: {
    what: "a whole number or a share such as '5%'",
    holds: (value) => integer(0, MAX_COUNT, '').holds(value) || shareOf(value) !== undefined,
  },
  signal,
  drain: signal,
  onOutcome: callback,
  onNote: callback,
  onDetail: callback,
  onTotal: callback,
};

/** @throws SrganError E_USAGE for an option that there is not, or a value that it does not take */
export function checkValues(options: unknown): asserts options is PipeOptions {
  if (!isRecord(options)) throw expected('an object', 'options', options);
  if (options.inputs === undefined) throw expected(inputs.what, 'inputs', undefined);
  for (const [name, value] of Object.entries(options)) checkOption(name, value);
}

/** @throws SrganError E_USAGE where there is no such option, or it does not take the value */
export function checkOption(name: string, value: unknown): void {
  const check = (CHECKS as Record<string, Check | undefined>)[name];
  if (!check) throw new SrganError('E_USAGE', `There is no option ${name}.`);
  if (value !== undefined && !check.holds(value)) throw expected(check.what, name, value);
}

/** 0..1 of what is written like `5%`. */
export function shareOf(value: unknown): number | undefined {
  const percent = typeof value === 'string' ? /^(\d{1,3}(?:\.\d+)?)%$/.exec(value)?.[1] : undefined;
  return percent !== undefined && Number(percent) <= 100 ? Number(percent) / 100 : undefined;
}

function isInputs(value: Record<string, unknown>): boolean {
  const listed = oneOf(['lines', 'nul', 'ndjson']).holds(value.format);
  switch (value.kind) {
    case 'patterns':
      return texts.holds(value.patterns);
    case 'list':
      return listed && isRecord(value.stream) && Symbol.asyncIterator in value.stream;
    case 'list-file':
      return listed && text.holds(value.path);
    case 'found':
      return Array.isArray(value.sources);
    case 'iterable':
      return (
        isRecord(value.sources) && (Symbol.asyncIterator in value.sources || Symbol.iterator in value.sources)
      );
    default:
      return false;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

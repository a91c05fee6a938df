import { flag, integer, oneOf, text, type Check } from '../../system/expect.js';
import { isHttpUrl } from '../../system/files/address.js';
import { MAX_TIMER_MS, MAX_SIDE_PX } from '../../system/measures.js';

/** Checks of values that several options or none but one take. */

export const MAX_SECONDS = Math.floor(MAX_TIMER_MS / 1000);
const MAX_COUNT = Number.MAX_SAFE_INTEGER;
const MAX_SHARDS = 1_000_000;
const MIB = 2 ** 20;

export const count = integer(1, MAX_COUNT, 'a whole number, at least 1');
export const side = integer(1, MAX_SIDE_PX, 'a whole number of pixels, at least 1');
export const bytes = integer(MIB, MAX_COUNT, `a whole number of bytes, at least ${MIB}`);

export const size: Check = {
  what: 'a size { widthPx, heightPx } in whole pixels',
  holds: (value) => isRecord(value) && side.holds(value.widthPx) && side.holds(value.heightPx),
  schema: { type: 'string', pattern: '^\\d+x\\d+$' },
};

export const shard: Check = {
  what: `a shard { index, count }, of 1 to at most ${MAX_SHARDS}, index from 1 to count`,
  holds: (value) =>
    isRecord(value) &&
    integer(1, MAX_SHARDS, '').holds(value.count) &&
    integer(1, Number(value.count), '').holds(value.index),
};

export const anyText: Check = { what: 'a string', holds: (value) => typeof value === 'string' };

export const texts: Check = {
  what: 'a list of non-empty strings',
  holds: (value) => Array.isArray(value) && value.every((item) => text.holds(item)),
};

export const httpUrl: Check = {
  what: 'a URL of http or https',
  holds: (value) => typeof value === 'string' && isHttpUrl(value),
};

export const resume: Check = {
  what: "true, false or 'strict'",
  holds: (value) => flag.holds(value) || value === 'strict',
};

export const failureLimit: Check = {
  what: "a whole number or a share such as '5%'",
  holds: (value) => integer(0, MAX_COUNT, '').holds(value) || shareOf(value) !== undefined,
};

export const callback: Check = { what: 'a function', holds: (value) => typeof value === 'function' };
export const signal: Check = {
  what: 'an AbortSignal',
  holds: (value) => value instanceof AbortSignal,
};

export const inputs: Check = {
  what: 'a list of globs, files and directories, or { kind: patterns, list, list-file or iterable, … }',
  holds: (value) => texts.holds(value) || (isRecord(value) && isInputs(value)),
};

/** Returns 0..1 for a share such as `5%`, undefined for anything else. */
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

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

import { SrganError } from '../../system/errors.js';
import { type SourceOverrides, OUTPUT_FORMATS } from '../../contract/job.js';
import { expected, oneOf, text, type Check } from '../../system/expect.js';
import { normalName } from '../../system/files/file-names.js';
import { namesWhere, OPTIONS } from '../../contract/options.js';

/** A source before it has an index and a path under the output directory. */
export interface Draft {
  readonly path: string;
  /** The directory to mirror, if the input determines it; otherwise the run's base. */
  readonly base?: string;
  readonly overrides?: SourceOverrides;
  readonly extra?: Readonly<Record<string, unknown>>;
  /** Named on the command line, and so a source whatever its extension. */
  readonly stated?: boolean;
  readonly invalid?: SrganError;
}

/** The options that a record may set, and their checks. */
const OVERRIDES = {
  ...Object.fromEntries(
    namesWhere(({ perImage }) => perImage === true).map((name) => [name, OPTIONS[name].check]),
  ),
  dst: text,
  format: oneOf(OUTPUT_FORMATS),
} as Readonly<Record<keyof SourceOverrides, Check>>;

/**
 * Makes a source from a record: `src`, overrides of options, and additional keys.
 * @param where the record's position for error messages, such as `line 3`
 */
export function fromSpec(spec: unknown, where: string): Draft {
  if (typeof spec !== 'object' || spec === null || Array.isArray(spec)) {
    return invalidEntry(where, expected('an object with src', where, spec, 'E_LIST'));
  }
  const { src, ...rest } = spec as Record<string, unknown>;
  if (!text.holds(src)) {
    return {
      ...invalidEntry(where, expected(text.what, `src in ${where}`, src, 'E_LIST')),
      extra: splitRecord(rest).extra,
    };
  }
  const { given, extra } = splitRecord(rest);
  return {
    path: normalName(src as string),
    overrides: typeof given.dst === 'string' ? { ...given, dst: normalName(given.dst) } : given,
    extra,
    invalid: findMistake(given, where),
  };
}

export function fromPath(path: string, where: string): Draft {
  return text.holds(path)
    ? { path: normalName(path) }
    : invalidEntry(where, expected(text.what, where, path, 'E_LIST'));
}

/** Makes a failed source from an invalid entry, identified by its position. */
export function invalidEntry(where: string, invalid: SrganError): Draft {
  return { path: where, invalid };
}

function splitRecord(record: Record<string, unknown>): {
  given: SourceOverrides;
  extra: Record<string, unknown>;
} {
  const entries = Object.entries(record);
  const own = (name: string) => Object.hasOwn(OVERRIDES, name);
  return {
    given: Object.fromEntries(entries.filter(([name, value]) => own(name) && value !== null)),
    extra: Object.fromEntries(entries.filter(([name]) => !own(name))),
  };
}

function findMistake(given: SourceOverrides, where: string): SrganError | undefined {
  for (const [name, value] of Object.entries(given)) {
    const check = OVERRIDES[name as keyof SourceOverrides];
    if (value !== undefined && !check.holds(value))
      return expected(check.what, `${name} in ${where}`, value, 'E_LIST');
  }
  if (given.scale !== undefined && (given.width ?? given.height) !== undefined) {
    return new SrganError('E_LIST', `scale and width or height exclude each other in ${where}.`);
  }
  return undefined;
}

/** Makes a failed source that represents the rest of a list after the listing failed. */
export function brokenList(
  prefix: string,
  objects: number,
  cause: SrganError,
): Draft & { readonly invalid: SrganError } {
  const path = `${prefix}/`;
  const because = cause.message.replace(/^.*?: (?=[^:]*$)/s, '');
  return {
    path,
    invalid: new SrganError('E_STORAGE', `${path}: listing the objects failed after ${objects}: ${because}`, {
      cause,
      hint: 'Run the same command with --resume to process the rest.',
    }),
  };
}

/** Returns whether a source represents the unknown rest of a list. */
export function isBrokenList<T extends Pick<Draft, 'invalid'>>(
  source: T,
): source is T & { readonly invalid: SrganError } {
  return source.invalid?.code === 'E_STORAGE';
}

import { SrganError } from '../../system/errors.js';
import { expected, oneOf, text, type Check } from '../../system/expect.js';
import { normalName } from '../../system/files/file-names.js';
import { OUTPUT_FORMATS, type SourceOverrides } from '../../contract/job.js';
import { namesWhere, OPTIONS } from '../../contract/options.js';
import type { Draft } from './draft.js';

/** What a record may say, and the checks of it. */
const OVERRIDES = {
  ...Object.fromEntries(
    namesWhere(({ perImage }) => perImage === true).map((name) => [name, OPTIONS[name].check]),
  ),
  dst: text,
  format: oneOf(OUTPUT_FORMATS),
} as Readonly<Record<keyof SourceOverrides, Check>>;

/**
 * A source that a program or an NDJSON record states: `src`, what it wants changed, and keys of its own.
 * @param where such as `line 3`; names the record in a failure
 */
export function fromSpec(spec: unknown, where: string): Draft {
  if (typeof spec !== 'object' || spec === null || Array.isArray(spec)) {
    return wrong(where, expected('an object with src', where, spec, 'E_LIST'));
  }
  const { src, ...rest } = spec as Record<string, unknown>;
  if (!text.holds(src)) {
    return {
      ...wrong(where, expected(text.what, `src in ${where}`, src, 'E_LIST')),
      extra: split(rest).extra,
    };
  }
  const { given, extra } = split(rest);
  return {
    path: normalName(src as string),
    overrides: typeof given.dst === 'string' ? { ...given, dst: normalName(given.dst) } : given,
    extra,
    invalid: mistake(given, where),
  };
}

export function fromPath(path: string, where: string): Draft {
  return text.holds(path)
    ? { path: normalName(path) }
    : wrong(where, expected(text.what, where, path, 'E_LIST'));
}

/** An entry that names no source; its record goes by where it stands. */
export function wrong(where: string, invalid: SrganError): Draft {
  return { path: where, invalid };
}

function split(record: Record<string, unknown>): { given: SourceOverrides; extra: Record<string, unknown> } {
  const entries = Object.entries(record);
  const own = (name: string) => Object.hasOwn(OVERRIDES, name);
  return {
    given: Object.fromEntries(entries.filter(([name, value]) => own(name) && value !== null)),
    extra: Object.fromEntries(entries.filter(([name]) => !own(name))),
  };
}

function mistake(given: SourceOverrides, where: string): SrganError | undefined {
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

import * as Flags from '@oclif/core/flags';
import type { Interfaces } from '@oclif/core';
import {
  flagName,
  type Exclusion,
  type Kebab,
  type OptionFacts,
  type OptionFlag,
  type TextForm,
} from '../../contract/options/option.js';
import { OPTIONS, type NamesWith, type OptionValue } from '../../contract/options.js';
import { SrganError } from '../../system/errors.js';
import { isHttpUrl } from '../../system/files/address.js';
import { parseBytes, parseSize } from '../../system/measures.js';
import { readShard } from '../array-job.js';
import { readFailureLimit, readNumber, readPixels, readWholeNumber, type Read } from '../values.js';
import { valued } from './valued.js';

/** Names of the options that have a flag. */
export type FlaggedOption = NamesWith<{ readonly flag: OptionFlag }>;

type FlagOf<T> = boolean extends T
  ? Interfaces.BooleanFlag<boolean>
  : Interfaces.OptionFlag<(T extends readonly (infer Item)[] ? Item[] : T) | undefined>;

/** The flags of the options `N`, by the names of the flags. */
export type OptionFlags<N extends FlaggedOption> = { [K in N as Kebab<K>]: FlagOf<OptionValue<K>> };

const readUrl: Read<string> = (text, name) => {
  if (isHttpUrl(text)) return text;
  throw new SrganError('E_USAGE', `${name} needs a URL of http or https, not '${text}'.`);
};

/** Reader of each form of text, and its placeholder in the help. */
const READERS: Readonly<Partial<Record<TextForm, readonly [Read<unknown>, placeholder: string]>>> = {
  number: [readNumber, 'N'],
  whole: [readWholeNumber, 'N'],
  pixels: [readPixels, 'N'],
  bytes: [parseBytes, 'BYTES'],
  size: [parseSize, 'WxH'],
  url: [readUrl, 'URL'],
  shard: [readShard, 'i/N|auto'],
  failures: [readFailureLimit, 'N|N%'],
};

/** Makes the oclif flags of options from the table of options. */
export function optionFlags<const N extends FlaggedOption>(...names: N[]): OptionFlags<N> {
  return Object.fromEntries(names.map((name) => [flagName(name), flagOf(name)])) as OptionFlags<N>;
}

/** Makes the flags of all options of a group of the table. */
export const groupFlags = <N extends FlaggedOption>(group: Readonly<Record<N, unknown>>): OptionFlags<N> =>
  optionFlags(...(Object.keys(group) as N[]));

function flagOf(name: FlaggedOption) {
  const { check, flag, excludes = [] }: OptionFacts<unknown> & { flag: OptionFlag } = OPTIONS[name];
  const { form, group, help, char, placeholder, negatable } = flag;
  const shared = {
    description: help,
    helpGroup: group,
    ...(char !== undefined && { char: char as 'a' }),
    ...exclusionsOf(excludes),
  };
  if (form === 'switch') return Flags.boolean({ ...shared, ...(negatable && { allowNo: true }) });
  if (form === 'choice') return Flags.option({ ...shared, options: check.schema?.enum ?? [] })();
  if (form === 'texts')
    return Flags.string({ ...shared, helpValue: placeholder, multiple: true, multipleNonGreedy: true });
  const [read, word] = READERS[form] ?? [];
  return read
    ? Flags.custom({ ...shared, ...valued(read, placeholder ?? word ?? '') })()
    : Flags.string({ ...shared, helpValue: placeholder });
}

function exclusionsOf(excludes: readonly Exclusion[]) {
  const always = excludes.filter((rule) => typeof rule === 'string').map(flagName);
  const above = excludes.filter((rule) => typeof rule === 'object');
  return {
    ...(always.length > 0 && { exclusive: always }),
    ...(above.length > 0 && {
      relationships: [
        {
          type: 'none' as const,
          flags: above.map(({ name, above: most }) => ({
            name: flagName(name),
            when: (flags: Record<string, unknown>) => Promise.resolve(Number(flags[flagName(name)]) > most),
          })),
        },
      ],
    }),
  };
}

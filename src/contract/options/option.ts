import { SrganError } from '../../system/errors.js';
import type { Check } from '../../system/expect.js';

/** How a value is written as text: on the command line, in the environment, a config file or an HTTP request. */
export type TextForm =
  | 'switch'
  | 'number'
  | 'whole'
  | 'pixels'
  | 'bytes'
  | 'size'
  | 'choice'
  | 'text'
  | 'texts'
  | 'url'
  | 'shard'
  | 'failures';

/** The flag of an option; its name is the option's in kebab case. */
export interface OptionFlag {
  readonly form: TextForm;
  /** Heading of the help under which it is listed. */
  readonly group: 'SELECTION' | 'NAMING' | 'RESULT' | 'NETWORK' | 'RESOURCE' | 'FAILURE' | 'STORAGE';
  readonly help: string;
  readonly char?: string;
  /** Stands for the value in the help, where the form has no such word of its own. */
  readonly placeholder?: string;
  /** A switch that is on by default, so that `--no-…` turns it off. */
  readonly negatable?: true;
}

/** Another option that cannot be combined with this one; with `above`, only while its value is larger than that. */
export type Exclusion = string | { readonly name: string; readonly above: number };

/** Everything that is known about an option of a run. */
export interface OptionFacts<T> {
  readonly check: Check;
  /** Left out where only a program can give the value. */
  readonly flag?: OptionFlag;
  /** Left out where there is none, or where it depends on the machine or on other options (src/flow/settings.ts). */
  readonly default?: T;
  readonly excludes?: readonly Exclusion[];
  /**
   * `key`: part of the key of a result (src/flow/journal/key.ts). `plan`: decides what is done to each image, of
   * which the key has what matters, such as the size and the networks. `no`: the bytes of a result are the same.
   */
  readonly changesResult: 'key' | 'plan' | 'no';
  /** `false`: about one run alone, so the journal of a batch does not keep it. */
  readonly recorded?: false;
  /**
   * A resumed batch may be given another value. Of the options that share a word, the ones from the nearest place
   * (command line, journal, defaults) replace the others.
   */
  readonly freeOnResume?: true | 'workers' | 'failures';
  /** A worker of a queue has its own value; all other options are fixed when the work is submitted. */
  readonly ofWorker?: true;
  /** A record of an NDJSON list may set it for its own image. */
  readonly perImage?: true;
  /** A request to the HTTP API may set it; a text replaces the flag's help in the API's description. */
  readonly http?: true | string;
}

declare const VALUE: unique symbol;
/** Carries the type of an option's value. */
export interface Typed<T> {
  readonly [VALUE]?: T;
}

/** Defines an option whose value has the type T. */
export const option =
  <T>() =>
  <const F extends OptionFacts<T>>(facts: F): F & Typed<T> =>
    facts;

export type ValueOf<O> = O extends Typed<infer T> ? T : never;

/** `maxOpenFiles` is `max-open-files`. */
export type Kebab<S extends string> = S extends `${infer First}${infer Rest}`
  ? `${First extends Lowercase<First> ? First : `-${Lowercase<First>}`}${Kebab<Rest>}`
  : S;

/** Name of the option's flag, without dashes in front. */
export const flagName = <S extends string>(option: S): Kebab<S> =>
  option.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`) as Kebab<S>;

/** @throws SrganError E_USAGE where two of the options that are given exclude each other; `false` counts as not given */
export function refuseExclusions(
  options: Readonly<Record<string, unknown>>,
  table: Readonly<Record<string, OptionFacts<unknown>>>,
): void {
  const isGiven = (rule: Exclusion) => {
    const value = options[typeof rule === 'string' ? rule : rule.name];
    return typeof rule === 'string' ? value !== undefined && value !== false : Number(value) > rule.above;
  };
  for (const [name, { excludes = [] }] of Object.entries(table)) {
    if (!isGiven(name)) continue;
    const other = excludes.find(isGiven);
    if (other === undefined) continue;
    const title = typeof other === 'string' ? other : `${other.name} above ${other.above}`;
    throw new SrganError('E_USAGE', `${name} and ${title} exclude each other.`, {
      hint: 'Give one of them.',
    });
  }
}

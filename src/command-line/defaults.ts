import { SrganError } from '../system/errors.js';
import { readYesOrNo } from './values.js';

/** The part of oclif's flag definition that is used here. */
export interface FlagDefinition {
  readonly type: 'boolean' | 'option';
  readonly multiple?: boolean;
  readonly options?: readonly string[];
  readonly exclusive?: readonly string[];
  readonly relationships?: readonly { readonly type: string; readonly flags: readonly Exclusion[] }[];
  readonly parse?: unknown;
}
type Exclusion =
  string | { readonly name: string; readonly when: (flags: Record<string, unknown>) => Promise<boolean> };
export type FlagDefinitions = Readonly<Record<string, FlagDefinition>>;

/** Values of flags by name, as text or JSON, and their origin. */
export interface Layer {
  /** Name of the value for the user, such as `SRGAN_SCALE`. */
  readonly titleOf: (flag: string) => string;
  readonly values: ReadonlyMap<string, unknown>;
}

/**
 * Fills flags that were not given from the first layer that has them. A layer's value is ignored where it excludes a
 * value that is already set, so that the nearer source wins.
 * @throws SrganError E_USAGE
 */
export async function withDefaults<T extends object>(
  given: T,
  definitions: FlagDefinitions,
  layers: readonly Layer[],
): Promise<T> {
  const flags = new Map<string, unknown>(Object.entries(given).filter(([, value]) => value !== undefined));
  for (const { values, titleOf } of layers) {
    const before = Object.fromEntries(flags);
    for (const [name, value] of values) {
      const definition = definitions[name];
      if (!definition || Object.hasOwn(before, name)) continue;
      const filled = await read(value, name, definition, titleOf(name));
      if (!(await isExcluded(name, { ...before, [name]: filled }, definitions))) flags.set(name, filled);
    }
  }
  return Object.fromEntries(flags) as T;
}

/** Whether `name` and another of `flags` exclude each other; a switch that is off excludes nothing. */
async function isExcluded(
  name: string,
  flags: Record<string, unknown>,
  definitions: FlagDefinitions,
): Promise<boolean> {
  const on = Object.keys(flags).filter((other) => flags[other] !== false);
  if (!on.includes(name)) return false;
  const excludes = async (one: string, other: string) => {
    const rule = exclusionsOf(definitions[one]).find((rule) => nameOf(rule) === other);
    return typeof rule === 'object' ? rule.when(flags) : rule !== undefined;
  };
  for (const other of on) if ((await excludes(name, other)) || (await excludes(other, name))) return true;
  return false;
}

const exclusionsOf = (flag?: FlagDefinition): readonly Exclusion[] => [
  ...(flag?.exclusive ?? []),
  ...(flag?.relationships ?? []).flatMap(({ type, flags }) => (type === 'none' ? flags : [])),
];

const nameOf = (rule: Exclusion) => (typeof rule === 'string' ? rule : rule.name);

type Parse = (text: string, context: object, flag: { name: string }) => Promise<unknown>;

async function read(value: unknown, name: string, flag: FlagDefinition, title: string): Promise<unknown> {
  if (flag.type === 'boolean')
    return typeof value === 'boolean' ? value : readYesOrNo(textOf(value, title), title);
  if (flag.multiple) return Promise.all((Array.isArray(value) ? value : [value]).map(one));
  return one(value);

  async function one(item: unknown): Promise<unknown> {
    const text = textOf(item, title);
    if (flag.options && !flag.options.includes(text)) {
      throw new SrganError('E_USAGE', `${title} takes one of ${flag.options.join(', ')}, not '${text}'.`);
    }
    try {
      return typeof flag.parse === 'function' ? await (flag.parse as Parse)(text, {}, { name }) : text;
    } catch (error) {
      throw error instanceof SrganError ? new SrganError(error.code, `${title}: ${error.message}`) : error;
    }
  }
}

function textOf(value: unknown, title: string): string {
  if (typeof value === 'string' || typeof value === 'number') return String(value);
  throw new SrganError('E_USAGE', `${title} cannot have the value ${JSON.stringify(value)}.`);
}

/** Reads flags from the environment: `--max-memory` is SRGAN_MAX_MEMORY. An empty variable counts as not set. */
export function environmentLayer(definitions: FlagDefinitions, env: NodeJS.ProcessEnv): Layer {
  const titleOf = (flag: string) => `SRGAN_${flag.toUpperCase().replaceAll('-', '_')}`;
  const values = new Map<string, unknown>();
  for (const [name, { multiple }] of Object.entries(definitions)) {
    const value = env[titleOf(name)];
    if (value) values.set(name, multiple ? value.split(/\s+/) : value);
  }
  return { titleOf, values };
}

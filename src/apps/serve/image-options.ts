import { SrganError } from '../../system/errors.js';
import { parseSize } from '../../system/measures.js';
import { networkNames } from '../../network/models/networks.js';
import {
  checkOption,
  namesWhere,
  OPTIONS,
  type NamesWith,
  type PipeOptions,
} from '../../contract/options.js';
import type { OptionFacts } from '../../contract/options/option.js';

/** Options of an image that a request may set; the machine that does the work is the server's own business. */
const NAMES = namesWhere(({ http }) => http !== undefined) as Name[];
type Name = NamesWith<{ readonly http: true | string }>;

/** Options of one image, as a request gives them. */
export type ImageOptions = Pick<PipeOptions, Name>;

/**
 * Reads options from a query, the fields of a form or a JSON object.
 * @throws SrganError E_USAGE for an option that there is not or a value that it does not take, E_MODEL for a network
 *   that is not known by name: a path would be one of the server's
 */
export async function readImageOptions(given: Readonly<Record<string, unknown>>): Promise<ImageOptions> {
  const options: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined || value === '') continue;
    if (!isName(name)) {
      throw new SrganError('E_USAGE', `There is no option ${name.slice(0, 100)}.`, {
        hint: `The options are ${NAMES.join(', ')}.`,
      });
    }
    options[name] = valueOf(name, value);
    checkOption(name, options[name]);
  }
  const { model } = options as ImageOptions;
  if (model !== undefined) await checkModel(model);
  return options;
}

/** A request's options over the service's own: a network by name and one by kind and effort exclude each other. */
export function overDefaults<D extends PipeOptions | object>(
  defaults: D,
  options: ImageOptions,
): D & ImageOptions {
  const { model, kind, effort, ...rest } = {
    model: undefined,
    kind: undefined,
    effort: undefined,
    ...defaults,
  };
  const own =
    options.model !== undefined
      ? {}
      : (options.kind ?? options.effort)
        ? { kind, effort }
        : { model, kind, effort };
  return { ...rest, ...own, ...options } as D & ImageOptions;
}

const isName = (name: string): name is Name => (NAMES as string[]).includes(name);

/** Queries and forms have text alone; what is no such value is left to the check of the option. */
function valueOf(name: Name, value: unknown): unknown {
  if (typeof value !== 'string') return value;
  switch (OPTIONS[name].flag.form) {
    case 'number':
    case 'whole':
      return value.trim() === '' || Number.isNaN(Number(value)) ? value : Number(value);
    case 'switch':
      return (
        (
          { true: true, '1': true, on: true, false: false, '0': false, off: false } as Record<string, boolean>
        )[value] ?? value
      );
    case 'size':
      return parseSize(value, name);
    default:
      return value;
  }
}

async function checkModel(model: string): Promise<void> {
  const names = [...(await networkNames()), ...KERNELS];
  if (names.includes(model)) return;
  throw new SrganError('E_MODEL', `${model.slice(0, 100)}: no network has this name.`, {
    hint: `The names are ${names.join(', ')}.`,
  });
}

/** What the engine `resize` has instead of networks. */
const KERNELS = ['lanczos3'];

/** The options in JSON Schema, for the description of the API. */
export function optionsSchema(): Record<string, object> {
  return Object.fromEntries(
    NAMES.map((name) => {
      const { check, flag, http }: OptionFacts<unknown> = OPTIONS[name];
      return [name, { ...check.schema, description: typeof http === 'string' ? http : flag.help }];
    }),
  );
}

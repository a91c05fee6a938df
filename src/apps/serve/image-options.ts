import { SrganError } from '../../system/errors.js';
import { OUTPUT_FORMATS } from '../../contract/job.js';
import { MAX_SCALE, MAX_SIDE_PX, parseSize } from '../../system/measures.js';
import { EFFORTS, KIND_CHOICES } from '../../contract/own-names.js';
import { networkNames } from '../../network/models/networks.js';
import { checkOption } from '../../flow/option-checks.js';
import type { PipeOptions } from '../../contract/options.js';

/** The options of an image that a request may set; what machine does the work is the server's own business. */
const TABLE = {
  scale: { type: 'number', exclusiveMinimum: 0, maximum: MAX_SCALE, description: 'Factor of enlargement.' },
  width: { type: 'integer', minimum: 1, maximum: MAX_SIDE_PX, description: 'Width of the result in pixels.' },
  height: {
    type: 'integer',
    minimum: 1,
    maximum: MAX_SIDE_PX,
    description: 'Height of the result in pixels.',
  },
  minSize: { type: 'size', description: 'Make the image at least so large, such as 1920x1080.' },
  maxSize: { type: 'size', description: 'Make the image no larger than this, such as 3840x2160.' },
  ifLarger: {
    type: 'string',
    enum: ['copy', 'skip'],
    description: 'What to do with an image that is large enough.',
  },
  format: { type: 'string', enum: [...OUTPUT_FORMATS, 'same'], description: 'Format of the result.' },
  quality: { type: 'integer', minimum: 1, maximum: 100, description: 'For jpeg, webp and avif.' },
  lossless: { type: 'boolean', description: 'Write webp and avif without loss.' },
  strip: { type: 'boolean', description: 'Leave out metadata; the colour profile stays.' },
  kind: { type: 'string', enum: KIND_CHOICES, description: 'Kind of picture; auto looks at its bytes.' },
  effort: {
    type: 'string',
    enum: EFFORTS,
    description: 'Size of the network: each takes four times as long.',
  },
  model: {
    type: 'string',
    description: 'Name of a network that /v1/models lists, in place of kind and effort.',
  },
  tta: { type: 'boolean', description: 'Average over 8 flips and turns: slower, slightly better.' },
  verify: { type: 'boolean', description: "Check the network's output against the source." },
} as const satisfies Partial<Record<keyof PipeOptions, Field>>;

interface Field {
  readonly type: 'number' | 'integer' | 'boolean' | 'string' | 'size';
  readonly description: string;
  readonly enum?: readonly string[];
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  readonly maximum?: number;
}

type Name = keyof typeof TABLE;

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
        hint: `The options are ${Object.keys(TABLE).join(', ')}.`,
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

const isName = (name: string): name is Name => Object.hasOwn(TABLE, name);

/** Queries and forms have text alone; what is no such value is left to the check of the option. */
function valueOf(name: Name, value: unknown): unknown {
  if (typeof value !== 'string') return value;
  const { type }: Field = TABLE[name];
  switch (type) {
    case 'number':
    case 'integer':
      return value.trim() === '' || Number.isNaN(Number(value)) ? value : Number(value);
    case 'boolean':
      return (
        (
          { true: true, '1': true, on: true, false: false, '0': false, off: false } as Record<string, boolean>
        )[value] ?? value
      );
    case 'size':
      return parseSize(value, name);
    case 'string':
      return value;
  }
}

async function checkModel(model: string): Promise<void> {
  const names = [...(await networkNames()), ...KERNELS];
  if (names.includes(model)) return;
  throw new SrganError('E_MODEL', `${model.slice(0, 100)}: there is no network of this name.`, {
    hint: `The names are ${names.join(', ')}.`,
  });
}

/** What the engine `resize` has instead of networks. */
const KERNELS = ['lanczos3'];

/** The options as JSON Schema has them, for the description of the API. */
export function optionsSchema(): Record<string, object> {
  return Object.fromEntries(
    Object.entries(TABLE).map(([name, field]) => {
      const { type, ...rest }: Field = field;
      return [
        name,
        type === 'size' ? { type: 'string', pattern: '^\\d+x\\d+$', ...rest } : { type, ...rest },
      ];
    }),
  );
}

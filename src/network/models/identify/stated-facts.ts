import path from 'node:path';
import { SrganError, systemCode } from '../../../system/errors.js';
import { expected, integer, oneOf, text, type Check } from '../../../system/expect.js';
import { readFile } from '../../../system/files/fs.js';
import { LAYOUTS, ORDERS, type Layout, type Order, type ValueRange } from '../../graph/read/onnx/onnx-fit.js';

/** The facts in the .srgan.json beside a network; they take precedence over everything else. */
export interface StatedFacts {
  /** For people. */
  readonly title?: string;
  readonly licence?: string;
  readonly origin?: string;
  /** How it was trained. `srgan train` writes it; running the network does not use it. */
  readonly training?: Readonly<Record<string, unknown>>;
  /** Its quality, by name of the metric. */
  readonly figures?: Readonly<Record<string, unknown>>;
  readonly factor?: number;
  readonly inputRange?: ValueRange;
  readonly outputRange?: ValueRange;
  readonly layout?: Layout;
  readonly inputOrder?: Order;
  readonly outputOrder?: Order;
  /** Width and height of the only size that the network takes. */
  readonly tile?: readonly [width: number, height: number];
  readonly multiple?: number;
  readonly halo?: number;
  readonly enlargeFirst?: number;
  /** Name of the output that holds the image. */
  readonly output?: string;
}

const MAX_PX = 4096;

const object: Check = {
  what: 'a JSON object',
  holds: (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
};

const range: Check = {
  what: 'the values of black and white, such as [0, 255],',
  holds: (value) => isPair(value) && value[0] !== value[1],
};

const CHECKS: Readonly<Record<keyof StatedFacts, Check>> = {
  title: text,
  licence: text,
  origin: text,
  training: object,
  figures: object,
  factor: integer(1, 16, 'a whole number from 1 to 16'),
  inputRange: range,
  outputRange: range,
  layout: oneOf(LAYOUTS),
  inputOrder: oneOf(ORDERS),
  outputOrder: oneOf(ORDERS),
  tile: {
    what: `width and height from 4 to ${MAX_PX} pixels, such as [128, 128],`,
    holds: (value) => isPair(value) && value.every((side) => isWhole(side, 4, MAX_PX)),
  },
  multiple: integer(1, 512, 'a whole number from 1 to 512'),
  halo: integer(0, 512, 'a whole number from 0 to 512'),
  enlargeFirst: integer(2, 8, 'a whole number from 2 to 8'),
  output: text,
};

export type StatedKey = keyof StatedFacts;

/** Keys for networks whose format defines the layout. */
export const KEYS_OF_GRAPHS: readonly StatedKey[] = Object.keys(CHECKS)
  .filter(isKey)
  .filter((key) => key !== 'layout' && key !== 'output');

/** Keys for networks that are run unchanged. */
export const KEYS_AS_PUBLISHED: readonly StatedKey[] = [
  'title',
  'licence',
  'origin',
  'training',
  'figures',
  'factor',
  'inputRange',
  'outputRange',
  'multiple',
  'halo',
];

/** `net.srgan.json` beside `net.onnx`. */
export function statedFile(network: string): string {
  const { dir, name } = path.parse(network);
  return path.join(dir, `${name}.srgan.json`);
}

/**
 * Reads the stated facts of a network; empty if there is no such file.
 * @param keys keys that apply to the network
 * @throws SrganError E_MODEL
 */
export async function statedFacts(network: string, keys?: readonly StatedKey[]): Promise<StatedFacts> {
  const file = statedFile(network);
  const content = await readFile(file, 'utf8').catch((cause: unknown) => {
    if (systemCode(cause) === 'ENOENT') return undefined;
    throw new SrganError('E_MODEL', `${file}: the file cannot be read.`, { cause });
  });
  return content === undefined ? {} : checkFacts(file, parsed(file, content), keys);
}

function parsed(file: string, content: string): object {
  let json: unknown;
  try {
    json = JSON.parse(content);
  } catch (cause) {
    throw new SrganError('E_MODEL', `${file}: this is not JSON.`, { cause });
  }
  if (typeof json === 'object' && json !== null && !Array.isArray(json)) return json;
  throw new SrganError('E_MODEL', `${file}: a JSON object is needed, such as {"inputRange": [0, 255]}.`);
}

function checkFacts(file: string, json: object, keys: readonly StatedKey[] | undefined): StatedFacts {
  const allowed = keys ?? Object.keys(CHECKS).filter(isKey);
  for (const [key, value] of Object.entries(json)) {
    if (!isKey(key) || !allowed.includes(key)) {
      const reason = isKey(key) ? 'cannot be stated for such a network' : 'is not a known key';
      throw new SrganError('E_MODEL', `${file}: ${JSON.stringify(key)} ${reason}.`, {
        hint: `The keys are ${allowed.join(', ')}.`,
      });
    }
    if (!CHECKS[key].holds(value)) throw expected(CHECKS[key].what, `${key} in ${file}`, value, 'E_MODEL');
  }
  return json;
}

function isKey(key: string): key is StatedKey {
  return Object.hasOwn(CHECKS, key);
}

function isPair(value: unknown): value is [number, number] {
  return Array.isArray(value) && value.length === 2 && value.every((number) => Number.isFinite(number));
}

function isWhole(value: number, least: number, most: number): boolean {
  return Number.isInteger(value) && value >= least && value <= most;
}

/** The source of a fact about a network. */
export type By = 'graph' | 'file' | 'metadata' | 'format' | 'package' | 'probe' | 'stated';

export interface Known<T> {
  readonly value: T;
  readonly by: By;
}

/** A fact for display. */
export interface Finding {
  readonly what: string;
  readonly value: string;
  readonly by: By;
}

export function stated<T>(value: T | undefined): Known<T> | undefined {
  return value === undefined ? undefined : { value, by: 'stated' };
}

import { hash } from 'node:crypto';
import path from 'node:path';
import { isNetworkFile } from '../../network/models/networks.js';
import { NETWORK_OPTIONS, RESULT_OPTIONS } from '../../contract/options/result-options.js';
import type { PipeOptions } from '../../contract/options.js';

const keysOf = <T extends object>(group: T) => Object.keys(group) as (keyof T)[];

/** Options that determine the results: all workers of a manifest have the same. */
const FROZEN = [
  'name',
  'suffix',
  ...keysOf(RESULT_OPTIONS),
  ...keysOf(NETWORK_OPTIONS),
  'maxPixels',
  'maxOutputPixels',
  'maxOutputBytes',
  'maxInputBytes',
  'maxFrames',
  'timeLimit',
  'retries',
  'skipExisting',
  'overwrite',
] as const satisfies readonly (keyof PipeOptions)[];

export type FrozenOptions = Pick<PipeOptions, (typeof FROZEN)[number]>;

/** Of the options those that are frozen; a network's path holds for every working directory. */
export async function freeze(options: Partial<PipeOptions>): Promise<FrozenOptions> {
  const stated = FROZEN.map((name) => [name, options[name]] as const).filter(
    ([, value]) => value !== undefined,
  );
  const frozen = Object.fromEntries(stated) as FrozenOptions;
  const { model } = frozen;
  return model === undefined ? frozen : { ...frozen, model: await anywhere(model) };
}

/** A network by name, or by a path that holds for every working directory. */
export async function anywhere(model: string): Promise<string> {
  const isPath = !model.startsWith('file:') && (await isNetworkFile(model).catch(() => false));
  return isPath ? path.resolve(model) : model;
}

/** The same for the same values, in whatever order they were stated. */
export function hashOf(...parts: readonly unknown[]): string {
  return hash('sha256', JSON.stringify(parts, sorted));
}

function sorted(_name: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

import { dirname, join, resolve } from 'node:path';
import { SrganError, systemCode } from '../system/errors.js';
import { readFile } from '../system/files/fs.js';
import type { FlagDefinitions, Layer } from './defaults.js';

export const CONFIG_NAME = 'srgan.config.json';

/** Flags that are needed before a file is read. */
const NOT_IN_FILES = ['config', 'supervise'];

const NONE: Layer = { titleOf: (flag) => flag, values: new Map() };

/**
 * Reads flag defaults from `file`, or from the nearest srgan.config.json in `directory` or above it: a JSON object of
 * flag names without dashes. Each counts as if it had been typed.
 * @throws SrganError E_USAGE
 */
export async function configLayer(
  file: string | undefined,
  directory: string,
  definitions: FlagDefinitions,
): Promise<Layer> {
  const found = await readConfig(file, directory);
  if (!found) return NONE;
  const values = new Map(Object.entries(found.values));
  for (const name of values.keys()) {
    if (!NOT_IN_FILES.includes(name) && Object.hasOwn(definitions, name)) continue;
    throw new SrganError(
      'E_USAGE',
      `${found.path}: ${JSON.stringify(name)} is not a flag that can stand there.`,
      {
        hint: 'The names are those that --help lists, without the dashes.',
      },
    );
  }
  return { titleOf: (flag) => `${found.path}: ${flag}`, values };
}

export interface ConfigFile {
  readonly path: string;
  readonly values: Readonly<Record<string, unknown>>;
}

/**
 * Reads `file`, or the nearest srgan.config.json in `directory` or above it, if there is one.
 * @throws SrganError E_USAGE
 */
export async function readConfig(
  file: string | undefined,
  directory: string,
): Promise<ConfigFile | undefined> {
  const found = file === undefined ? await nearest(resolve(directory)) : await readable(file);
  return found && { path: found.path, values: parse(found) };
}

interface Found {
  readonly path: string;
  readonly text: string;
}

async function nearest(directory: string): Promise<Found | undefined> {
  const path = join(directory, CONFIG_NAME);
  try {
    return { path, text: await readFile(path, 'utf8') };
  } catch (cause) {
    if (!['ENOENT', 'ENOTDIR', 'EACCES'].includes(systemCode(cause) ?? '')) throw unreadable(path, cause);
  }
  const above = dirname(directory);
  return above === directory ? undefined : nearest(above);
}

async function readable(path: string): Promise<Found> {
  return {
    path,
    text: await readFile(path, 'utf8').catch((cause: unknown) => Promise.reject(unreadable(path, cause))),
  };
}

function unreadable(path: string, cause: unknown): SrganError {
  const why = systemCode(cause) === 'ENOENT' ? 'there is no such file' : 'the file cannot be read';
  return new SrganError('E_USAGE', `${path}: ${why}.`, { cause });
}

function parse({ path, text }: Found): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new SrganError('E_USAGE', `${path}: this is not JSON.`, { cause });
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return value as Record<string, unknown>;
  throw new SrganError('E_USAGE', `${path}: a JSON object is needed, such as {"scale": 4}.`);
}

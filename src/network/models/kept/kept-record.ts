import path from 'node:path';
import { SrganError, systemCode } from '../../../system/errors.js';
import { readFile } from '../../../system/files/fs.js';
import { isRecord } from '../../graph/read/keras/keras-model.js';
import { homedir } from 'node:os';

/** File name of the record, beside the folder of the files. */
export const RECORD = 'kept.json';

/** The licence of a network and its source. */
export interface KnownLicence {
  readonly licence: string;
  /** For example `package.json of NAME`. */
  readonly by: string;
}

/** One network of a kept family, as it was when it was added. */
export interface KeptNetwork {
  readonly factor: number;
  /** Main file, relative to the folder of the files, with slashes. */
  readonly file: string;
  readonly format: string;
  /** All files that it is read from, including the main file. */
  readonly needs: readonly string[];
  readonly radiusPx: number;
  readonly macsPerPixel: number;
  readonly foldedMacsPerPixel?: number;
  readonly liveFloatsPerPixel: number;
  readonly parameters: number;
}

/** The record of a kept family. */
export interface KeptRecord {
  readonly name: string;
  /** Path, package with version, or URL. */
  readonly origin: string;
  /** ISO 8601 time. */
  readonly added: string;
  readonly licence?: KnownLicence;
  /** Checksum of the downloaded archive or file, if it is not among `files`. */
  readonly fetched?: { readonly name: string; readonly sha256: string };
  /** Folder of the files beside the record. */
  readonly folder: string;
  /** SHA-256 in hex of each file, by its path in the folder, with slashes. */
  readonly files: Readonly<Record<string, string>>;
  /** Ascending by factor. */
  readonly networks: readonly KeptNetwork[];
}

/**
 * @param home directory of one family: its record and the folder of its files
 * @returns undefined if there is no record
 * @throws SrganError E_MODEL if it is damaged
 */
export async function readKeptRecord(home: string): Promise<KeptRecord | undefined> {
  const file = path.join(home, RECORD);
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    if (['ENOENT', 'ENOTDIR'].includes(systemCode(cause) ?? '')) return undefined;
    throw new SrganError('E_MODEL', `${file}: the record of a kept network cannot be read.`, { cause });
  });
  if (text === undefined) return undefined;
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    // rejected below
  }
  if (isKeptRecord(json)) return json;
  const name = path.basename(home);
  throw new SrganError('E_MODEL', `${file}: the record of a kept network is damaged.`, {
    hint: `srgan models remove ${name}, then add it again.`,
  });
}

function isKeptRecord(json: unknown): json is KeptRecord {
  return (
    isRecord(json) &&
    ['name', 'origin', 'added'].every((key) => typeof json[key] === 'string') &&
    typeof json.folder === 'string' &&
    isWithin(json.folder) &&
    isRecord(json.files) &&
    Object.entries(json.files).every(([file, sum]) => isWithin(file) && /^[0-9a-f]{64}$/.test(String(sum))) &&
    (json.licence === undefined ||
      (isRecord(json.licence) &&
        typeof json.licence.licence === 'string' &&
        typeof json.licence.by === 'string')) &&
    Array.isArray(json.networks) &&
    json.networks.length > 0 &&
    json.networks.every((network) => isKeptNetwork(network, json.files))
  );
}

const NUMBERS = ['factor', 'radiusPx', 'macsPerPixel', 'liveFloatsPerPixel', 'parameters'];

function isKeptNetwork(json: unknown, files: unknown): boolean {
  const isKept = (file: unknown) => isRecord(files) && typeof file === 'string' && Object.hasOwn(files, file);
  return (
    isRecord(json) &&
    NUMBERS.every((key) => typeof json[key] === 'number') &&
    typeof json.format === 'string' &&
    isKept(json.file) &&
    Array.isArray(json.needs) &&
    json.needs.every(isKept)
  );
}

/** Whether a relative path stays within its directory. */
export function isWithin(file: string): boolean {
  return (
    file !== '' &&
    !/[\\:\0]/.test(file) &&
    file.split('/').every((part) => part !== '' && part !== '.' && part !== '..')
  );
}

/** The parts of the environment that determine where user data is stored. */
export interface Surroundings {
  readonly platform: NodeJS.Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
}

/**
 * Returns the directory of kept networks: below SRGAN_HOME if that is set, otherwise in the platform's
 * directory for program data.
 */
export function keptDirectory(surroundings?: Surroundings): string {
  const { platform, env, home } = surroundings ?? {
    platform: process.platform,
    env: process.env,
    home: homedir(),
  };
  const paths = platform === 'win32' ? path.win32 : path.posix;
  const stated = env.SRGAN_HOME;
  if (stated) return paths.join(paths.resolve(stated), 'models');
  if (platform === 'win32') {
    return paths.join(env.LOCALAPPDATA ?? paths.join(home, 'AppData', 'Local'), 'srgan', 'models');
  }
  if (platform === 'darwin') return paths.join(home, 'Library', 'Application Support', 'srgan', 'models');
  // relative paths are ignored: XDG Base Directory Specification
  const data = env.XDG_DATA_HOME;
  return paths.join(
    data && paths.isAbsolute(data) ? data : paths.join(home, '.local', 'share'),
    'srgan',
    'models',
  );
}

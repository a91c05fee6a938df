import path from 'node:path';
import { SrganError, systemCode } from '../../../system/errors.js';
import { readFile } from '../../../system/files/fs.js';
import { isRecord } from '../../graph/read/keras/keras-model.js';

/** Beside the folder of the files. */
export const RECORD = 'kept.json';

/** How the licence of a network is known. */
export interface KnownLicence {
  readonly licence: string;
  /** Such as `package.json of NAME`. */
  readonly by: string;
}

/** One network of a kept family, as it was found when it was added. */
export interface KeptNetwork {
  readonly factor: number;
  /** By which it is opened, relative to the folder of the files, with slashes. */
  readonly file: string;
  readonly format: string;
  /** Every file that it is read from, the one above included. */
  readonly needs: readonly string[];
  readonly radiusPx: number;
  readonly macsPerPixel: number;
  readonly foldedMacsPerPixel?: number;
  readonly liveFloatsPerPixel: number;
  readonly parameters: number;
}

/** What is written down of a family of networks that the user keeps. */
export interface KeptRecord {
  readonly name: string;
  /** Path, package with its version, or URL. */
  readonly origin: string;
  /** Time as ISO 8601 has it. */
  readonly added: string;
  readonly licence?: KnownLicence;
  /** Sum of the archive or file that was fetched, where it is none of `files`. */
  readonly fetched?: { readonly name: string; readonly sha256: string };
  /** Folder of the files beside the record. */
  readonly folder: string;
  /** SHA-256 in hex of each file, by its path in the folder, with slashes. */
  readonly files: Readonly<Record<string, string>>;
  /** Ascending by factor. */
  readonly networks: readonly KeptNetwork[];
}

/**
 * @param home of one family: the record and the folder of its files
 * @returns undefined where there is no record
 * @throws SrganError E_MODEL where it is damaged
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
    // told below
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

/** A path that leads nowhere but below. */
export function isWithin(file: string): boolean {
  return (
    file !== '' &&
    !/[\\:\0]/.test(file) &&
    file.split('/').every((part) => part !== '' && part !== '.' && part !== '..')
  );
}

import type { KnownLicence } from '../kept/kept-record.js';
import path from 'node:path';
import { readdir, readFile, stat } from '../../../system/files/fs.js';
import { isRecord } from '../../graph/read/keras/keras-model.js';
import { hashFile } from '../../../system/files/hash-file.js';
import { makeDirectory } from '../../../system/files/write-files.js';
import { SrganError } from '../../../system/errors.js';
import { LICENCE_FILE, unpackTar, unpackZip } from './unpack.js';

/** Networks to keep, once they are on this machine. */
export interface Source {
  readonly directory: string;
  /** The network in the directory, if a single one was named. */
  readonly file?: string;
  /** Name for a network whose file name is not specific. */
  readonly name: string;
  readonly origin: string;
  readonly licence?: KnownLicence;
  /** Name of the npm package; its files keep their paths in it and its package.json is kept too. */
  readonly package?: string;
  /** The archive that was downloaded or unpacked. */
  readonly fetched?: FileSum;
  /** The checksums were already compared, before unpacking. */
  readonly compared?: boolean;
}

export interface SourceOptions {
  /** Empty directory for downloaded and unpacked files. */
  readonly work: string;
  /** Expected SHA-256 checksums, in hex. */
  readonly sha256: readonly string[];
  readonly maxDownloadBytes: number;
  readonly stallMs: number;
  readonly signal: AbortSignal;
  readonly onNote: (sentence: string) => void;
}

type ArchiveKind = 'zip' | 'tar';

/** Returns the kind of archive by its file name extension; undefined if it is not an archive. */
export function archiveKind(name: string): ArchiveKind | undefined {
  if (/\.(whl|zip)$/i.test(name)) return 'zip';
  return /\.(tgz|tar\.gz)$/i.test(name) ? 'tar' : undefined;
}

/**
 * Unpacks the networks of an archive after checking its checksum.
 * @throws SrganError E_MODEL, E_NOSPC, E_WRITE
 */
export async function archiveSource(
  archive: string,
  origin: string,
  { work, sha256 }: Pick<SourceOptions, 'work' | 'sha256'>,
): Promise<Source> {
  const base = path.basename(archive);
  const fetched = { name: base, sha256: await hashFile(archive) };
  compareSums(sha256, [fetched]);
  const directory = path.join(work, 'unpacked');
  await makeDirectory(directory);
  if (archiveKind(archive) === 'zip') {
    await unpackZip(archive, directory);
  } else {
    await unpackTar(archive, directory);
  }
  const name = base.replace(/\.(whl|zip|tgz|tar\.gz)$/i, '');
  const bare = { directory, name, origin, fetched, compared: true };
  // npm packs everything into one top-level directory
  const [top = '', ...others] = await readdir(directory);
  const isPacked = others.length === 0 && top !== '' && (await stat(path.join(directory, top))).isDirectory();
  const only = isPacked ? path.join(directory, top) : directory;
  return (
    (await packageSource({ ...bare, directory: only })) ??
    (await wheelSource(bare)) ?? { ...bare, directory: only }
  );
}

/** Adds the facts of a package.json in the directory; undefined if there is none. */
export async function packageSource(bare: Source): Promise<Source | undefined> {
  const text = await readFile(path.join(bare.directory, 'package.json'), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const facts = parsedJson(text);
  if (!isRecord(facts) || typeof facts.name !== 'string') return undefined;
  const { name } = facts;
  const stated = licenceOfPackage(facts);
  return {
    ...bare,
    name: name.replace(/^.*\//, ''),
    package: name,
    ...(stated !== undefined && { licence: { licence: stated, by: `package.json of ${name}` } }),
  };
}

/** Adds the facts of a Python wheel's METADATA; undefined if there is none. */
async function wheelSource(bare: Source): Promise<Source | undefined> {
  const facts = (await readdir(bare.directory)).find((name) => name.endsWith('.dist-info'));
  if (facts === undefined) return undefined;
  const home = path.join(bare.directory, facts);
  const stated = licenceOfMetadata(await readFile(path.join(home, 'METADATA'), 'utf8').catch(() => ''));
  const text = (await licenceIn(path.join(home, 'licenses'))) ?? (await licenceIn(home));
  const [name = bare.name, version = ''] = facts.replace(/\.dist-info$/, '').split('-');
  const licence = wheelLicence(`METADATA of ${name} ${version}`.trim(), stated, text);
  return { ...bare, name, ...(licence && { licence }) };
}

/** Returns the stated licence; mentions that of the licence text if it differs. */
function wheelLicence(
  by: string,
  stated: string | undefined,
  text: KnownLicence | undefined,
): KnownLicence | undefined {
  if (stated === undefined) return text && { ...text, by: 'the text of the licence in the wheel' };
  const other =
    text && !stated.startsWith(text.licence) ? `; the text of the licence in it is ${text.licence}` : '';
  return { licence: stated, by: `${by}${other}` };
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const MAX_LICENCE_CHARACTERS = 100_000;

/** Phrases by which the texts of licences are recognised. */
const LICENCE_TEXTS: readonly (readonly [RegExp, string])[] = [
  [/GNU AFFERO GENERAL PUBLIC LICENSE\s+Version 3/i, 'AGPL-3.0'],
  [/GNU LESSER GENERAL PUBLIC LICENSE\s+Version 3/i, 'LGPL-3.0'],
  [/GNU GENERAL PUBLIC LICENSE\s+Version 3/i, 'GPL-3.0'],
  [/GNU GENERAL PUBLIC LICENSE\s+Version 2/i, 'GPL-2.0'],
  [/Apache License,?\s+Version 2\.0/i, 'Apache-2.0'],
  [/Mozilla Public License Version 2\.0/i, 'MPL-2.0'],
  [/CC0 1\.0 Universal/i, 'CC0-1.0'],
  [/Attribution-NonCommercial-ShareAlike 4\.0 International/i, 'CC-BY-NC-SA-4.0'],
  [/Attribution-NonCommercial 4\.0 International/i, 'CC-BY-NC-4.0'],
  [/Attribution-ShareAlike 4\.0 International/i, 'CC-BY-SA-4.0'],
  [/Attribution 4\.0 International/i, 'CC-BY-4.0'],
  [/Redistribution and use in source and binary forms[^]*Neither the name/i, 'BSD-3-Clause'],
  [/Redistribution and use in source and binary forms/i, 'BSD-2-Clause'],
  [/Permission is hereby granted, free of charge/i, 'MIT'],
];

/** Returns the licence that a package.json states. */
export function licenceOfPackage(facts: unknown): string | undefined {
  return isRecord(facts) && typeof facts.license === 'string' ? facts.license : undefined;
}

/**
 * Returns the licence that a wheel's METADATA states, as License-Expression or License of the core metadata.
 */
export function licenceOfMetadata(metadata: string): string | undefined {
  const [head = ''] = metadata.split(/\r?\n\r?\n/);
  const line = /^License-Expression: *(.+)$/m.exec(head) ?? /^License: *(.{1,60})$/m.exec(head);
  return line?.[1]?.trim();
}

/** Returns the licence of the nearest LICENSE or COPYING file: beside a network, or above it up to `top`. */
export async function licenceBeside(top: string, file: string): Promise<KnownLicence | undefined> {
  for (let directory = path.dirname(file); ; directory = path.dirname(directory)) {
    const found = await licenceIn(directory);
    if (found) return found;
    if (directory === path.resolve(top) || directory === path.dirname(directory)) return undefined;
  }
}

/**
 * Returns the licence of a licence file in the directory; undefined if there is none or its text is unknown.
 */
export async function licenceIn(directory: string): Promise<KnownLicence | undefined> {
  const names = await readdir(directory).catch(() => []);
  for (const name of names.filter((each) => LICENCE_FILE.test(each)).sort()) {
    const text = await readFile(path.join(directory, name), 'utf8').catch(() => '');
    const known = LICENCE_TEXTS.find(([pattern]) => pattern.test(text.slice(0, MAX_LICENCE_CHARACTERS)));
    if (known) return { licence: known[1], by: `the file ${name} beside it` };
  }
  return undefined;
}

export interface FileSum {
  /** Displayed name. */
  readonly name: string;
  /** In hex. */
  readonly sha256: string;
}

/** @throws SrganError E_USAGE if the text is not a SHA-256 in hex */
export function checkSumText(text: string): string {
  if (/^[0-9a-f]{64}$/i.test(text)) return text.toLowerCase();
  throw new SrganError('E_USAGE', `--sha256 needs 64 hex digits, not '${text}'.`);
}

/**
 * Checks that each expected checksum is that of a file, before any file is read as a network.
 * @throws SrganError E_MODEL if an expected checksum is missing
 */
export function compareSums(wanted: readonly string[], files: readonly FileSum[]): void {
  for (const sum of wanted) {
    if (files.some(({ sha256 }) => sha256 === sum)) continue;
    const found = files.map(({ name, sha256 }) => `that of ${name} is ${sha256}`).join(', ');
    throw new SrganError('E_MODEL', `No file has the sha256 ${sum}: ${found}.`);
  }
}

/** @throws SrganError E_READ */
export async function sumsOf(files: readonly string[], shown = (file: string) => file): Promise<FileSum[]> {
  const sums: FileSum[] = [];
  for (const file of files) sums.push({ name: shown(file), sha256: await hashFile(file) });
  return sums;
}

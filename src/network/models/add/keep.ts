import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { SrganError } from '../../../system/errors.js';
import { constants, copyFile, mkdir, rename, rm, stat } from '../../../system/files/fs.js';
import { hashFile } from '../../../system/files/hash-file.js';
import { makeDirectory, writeFailure } from '../../../system/files/write-files.js';
import { replaceFile } from '../../../system/files/temp-files.js';
import { describeFile, type FileDescription } from '../describe-file.js';
import { checkKept, findKept } from '../kept/kept-families.js';
import {
  keptDirectory,
  RECORD,
  type KeptNetwork,
  type KeptRecord,
  type KnownLicence,
} from '../kept/kept-record.js';
import { type FoundFamily, filesOf } from './families.js';
import { licenceBeside, type Source } from './archive-source.js';

export interface KeepOptions {
  /** Empty directory on the same file system as the kept networks. */
  readonly work: string;
  readonly force: boolean;
  /** ISO 8601 time. */
  readonly now: string;
}

export interface KeepOutcome {
  readonly record: KeptRecord;
  /** The same network was already kept, undamaged. */
  readonly wasKept: boolean;
}

/**
 * Copies a family of networks, opens each, and puts all of them in place or none.
 * @throws SrganError E_MODEL if one cannot be run, E_EXISTS if another network has the name, E_NOSPC, E_WRITE
 */
export async function keepFamily(
  family: FoundFamily,
  source: Source,
  { work, force, now }: KeepOptions,
): Promise<KeepOutcome> {
  const content = path.join(work, `content-${randomBytes(4).toString('hex')}`);
  const { files, needs, top } = await copyFiles(family, source, content);
  const described = await describeAll(content, top, needs);
  const licence = await licenceOf(described, source, path.resolve(source.directory, family.files[0] ?? ''));
  const folder = `files-${randomBytes(4).toString('hex')}`;
  const record: KeptRecord = {
    name: family.name,
    origin: source.file === undefined ? originOf(source, family) : source.origin,
    added: now,
    ...(licence && { licence }),
    ...(source.fetched && { fetched: source.fetched }),
    folder,
    files,
    networks: described.map(({ network }) => network),
  };
  const there = await findKept(family.name);
  if (there && isDeepStrictEqual(there.record.files, files) && (await isWhole(there))) {
    return { record: there.record, wasKept: true };
  }
  if (there && !force && !isDeepStrictEqual(there.record.files, files)) {
    throw new SrganError(
      'E_EXISTS',
      `${family.name}: a network of this name is already kept, from ${there.record.origin}.`,
      { hint: '--force replaces it, --name NAME keeps this one beside it.' },
    );
  }
  await putInPlace(content, record, there?.directory);
  return { record, wasKept: false };
}

/** Returns the source, and which of its files if it holds several networks. */
function originOf({ origin, package: packageName, fetched }: Source, { files }: FoundFamily): string {
  const [first = ''] = files;
  return packageName !== undefined || fetched !== undefined ? origin : path.join(origin, first);
}

async function isWhole(kept: NonNullable<Awaited<ReturnType<typeof findKept>>>): Promise<boolean> {
  try {
    for (const network of kept.record.networks) await checkKept(kept, network);
    return true;
  } catch {
    return false;
  }
}

interface Copied {
  readonly files: Readonly<Record<string, string>>;
  /** The files of each network, its main file first, relative to the top. */
  readonly needs: readonly (readonly string[])[];
  /** Directory that paths are relative to. */
  readonly top: string;
}

async function copyFiles(family: FoundFamily, source: Source, content: string): Promise<Copied> {
  const networks: string[][] = [];
  for (const file of family.files) networks.push(await filesOf(path.resolve(source.directory, file)));
  const aside = source.package === undefined ? [] : [path.join(source.directory, 'package.json')];
  const top = source.package === undefined ? commonDirectory(networks.flat()) : source.directory;
  const relative = (file: string) => path.relative(top, file).split(path.sep).join('/');
  const files: Record<string, string> = {};
  for (const file of new Set([...networks.flat(), ...aside])) {
    const copy = path.join(content, path.relative(top, file));
    const facts = await stat(file).catch(() => undefined);
    if (!facts?.isFile()) throw new SrganError('E_MODEL', `${file}: the network's file cannot be read.`);
    try {
      await makeDirectory(path.dirname(copy));
      await copyFile(file, copy, constants.COPYFILE_EXCL);
    } catch (cause) {
      throw writeFailure(copy, cause);
    }
    files[relative(file)] = await hashFile(copy);
  }
  return { files, needs: networks.map((each) => [...each, ...aside].map(relative)), top };
}

function commonDirectory(files: readonly string[]): string {
  const [first = [], ...others] = files.map((file) => path.dirname(file).split(path.sep));
  const differs = first.findIndex((part, i) => others.some((other) => other[i] !== part));
  return first.slice(0, differs < 0 ? undefined : differs).join(path.sep) || path.sep;
}

interface Described {
  readonly network: KeptNetwork;
  readonly description: FileDescription;
}

/** Opens the copies; errors name the original files. */
async function describeAll(
  content: string,
  top: string,
  needs: readonly (readonly string[])[],
): Promise<Described[]> {
  const described: Described[] = [];
  for (const [file = '', ...parts] of needs) {
    const description = await describeFile(path.join(content, ...file.split('/'))).catch((cause: unknown) => {
      if (!(cause instanceof SrganError)) throw cause;
      const sentence = cause.message.replaceAll(content, top);
      throw new SrganError(cause.code, sentence, { cause, ...(cause.hint && { hint: cause.hint }) });
    });
    const { format, network } = description;
    described.push({ network: { file, format, needs: [file, ...parts], ...network }, description });
  }
  described.sort((a, b) => a.network.factor - b.network.factor);
  const twice = described.find(({ network }, i) => described[i + 1]?.network.factor === network.factor);
  if (!twice) return described;
  const { factor, file } = twice.network;
  throw new SrganError('E_MODEL', `${file}: two networks of this family have the factor ${factor}.`);
}

async function licenceOf(
  described: readonly Described[],
  { licence, directory }: Source,
  file: string,
): Promise<KnownLicence | undefined> {
  for (const { description } of described) {
    if (description.licence !== undefined) return { licence: description.licence, by: 'stated beside it' };
  }
  return licence ?? licenceBeside(directory, file);
}

/** Moves the files into place and then writes the record atomically, which makes the network a kept one. */
async function putInPlace(content: string, record: KeptRecord, old: string | undefined): Promise<void> {
  const home = path.join(keptDirectory(), record.name);
  const place = path.join(home, record.folder);
  try {
    await mkdir(home, { recursive: true });
    await rename(content, place);
  } catch (cause) {
    throw writeFailure(home, cause);
  }
  try {
    await replaceFile(path.join(home, RECORD), `${JSON.stringify(record, null, 2)}\n`);
  } catch (error) {
    await rm(place, { recursive: true, force: true });
    throw error;
  }
  // files that cannot be removed take up space but are never read
  if (old !== undefined) await rm(old, { recursive: true, force: true }).catch(() => undefined);
}

import path from 'node:path';
import { SrganError, systemCode } from '../../../system/errors.js';
import { readdir, rm, pathExists } from '../../../system/files/fs.js';
import { hashFile } from '../../../system/files/hash-file.js';
import { writeFailure } from '../../../system/files/write-files.js';
import { statedFile } from '../conclude/stated-facts.js';
import { mayBeKeptAs } from './kept-names.js';
import { keptDirectory } from './kept-place.js';
import { readKeptRecord, RECORD, type KeptNetwork, type KeptRecord } from './kept-record.js';

/** A family of networks that lies in the user's data directory. */
export interface Kept {
  readonly record: KeptRecord;
  /** Of the record. */
  readonly home: string;
  /** Of the files. */
  readonly directory: string;
}

/**
 * The kept networks of a name; undefined where there are none.
 * @throws SrganError E_MODEL where their record is damaged
 */
export async function findKept(name: string): Promise<Kept | undefined> {
  if (!mayBeKeptAs(name)) return undefined;
  const home = path.join(keptDirectory(), name);
  const record = await readKeptRecord(home);
  return record && { record, home, directory: path.join(home, record.folder) };
}

/** Names of what is kept, in order. */
export async function keptNames(): Promise<string[]> {
  const directory = keptDirectory();
  const entries = await readdir(directory).catch((cause: unknown) => {
    if (systemCode(cause) === 'ENOENT') return [];
    throw new SrganError('E_MODEL', `${directory}: the kept networks cannot be read.`, { cause });
  });
  const names = entries.filter(mayBeKeptAs).sort();
  const whole = await Promise.all(names.map((name) => pathExists(path.join(directory, name, RECORD))));
  return names.filter((_, i) => whole[i]);
}

/**
 * Compares what a network is read from with its sums.
 * @throws SrganError E_MODEL where a file is not what was kept
 */
export async function checkKept({ record, directory }: Kept, network: KeptNetwork): Promise<void> {
  const hint = `srgan models add ${record.origin} --name ${record.name} --force keeps it anew.`;
  for (const needed of network.needs) {
    const file = path.join(directory, ...needed.split('/'));
    const sum = await hashFile(file).catch((cause: unknown) => {
      throw new SrganError('E_MODEL', `${record.name}: its file ${file} cannot be read.`, { cause, hint });
    });
    const kept = record.files[needed];
    if (sum === kept) continue;
    const sentence = `${record.name}: ${file} is not what was kept: its sha256 is ${sum}, and was ${kept}.`;
    throw new SrganError('E_MODEL', sentence, { hint });
  }
  await refuseLaterStatement(record, path.join(directory, ...network.file.split('/')), network, hint);
}

/** What is stated beside a network changes its results, so it is kept with it or not there. */
async function refuseLaterStatement(
  { name }: KeptRecord,
  file: string,
  { needs }: KeptNetwork,
  hint: string,
): Promise<void> {
  const statement = path.basename(statedFile(file));
  if (needs.some((needed) => path.posix.basename(needed) === statement)) return;
  const beside = await readdir(path.dirname(file));
  if (!beside.includes(statement)) return;
  throw new SrganError('E_MODEL', `${name}: ${statedFile(file)} came after it was kept.`, {
    hint: `State it beside the source; ${hint}`,
  });
}

/** @throws SrganError E_MODEL where nothing of the name is kept, E_WRITE */
export async function removeKept(name: string): Promise<void> {
  const names = await keptNames();
  if (!names.includes(name)) {
    throw new SrganError('E_MODEL', `${name}: no network of this name is kept.`, {
      hint: names.length > 0 ? `The names are ${names.join(', ')}.` : 'None is kept at all.',
    });
  }
  const home = path.join(keptDirectory(), name);
  try {
    // without its record nothing is there, whatever happens to the files
    await rm(path.join(home, RECORD), { force: true });
    await rm(home, { recursive: true, force: true });
  } catch (cause) {
    throw writeFailure(home, cause);
  }
}

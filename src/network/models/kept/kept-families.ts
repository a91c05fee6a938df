import path from 'node:path';
import { SrganError, systemCode } from '../../../system/errors.js';
import { readdir, rm, pathExists } from '../../../system/files/fs.js';
import { hashFile } from '../../../system/files/hash-file.js';
import { writeFailure } from '../../../system/files/write-files.js';
import { statedFile } from '../identify/stated-facts.js';
import { mayBeKeptAs } from './kept-names.js';
import { keptDirectory, readKeptRecord, RECORD, type KeptNetwork, type KeptRecord } from './kept-record.js';
import type { NetworkFile } from '../../../contract/engine.js';
import type { NetworkFamily } from '../../../contract/ports.js';

/** A family of networks in the user's data directory. */
export interface Kept {
  readonly record: KeptRecord;
  /** Directory of the record. */
  readonly home: string;
  /** Directory of the network files. */
  readonly directory: string;
}

/**
 * Finds the kept family of a name; undefined if there is none.
 * @throws SrganError E_MODEL if its record is damaged
 */
export async function findKept(name: string): Promise<Kept | undefined> {
  if (!mayBeKeptAs(name)) return undefined;
  const home = path.join(keptDirectory(), name);
  const record = await readKeptRecord(home);
  return record && { record, home, directory: path.join(home, record.folder) };
}

/** Returns the sorted names of kept families. */
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
 * Verifies the checksums of a network's files.
 * @throws SrganError E_MODEL if a file has changed since it was kept
 */
export async function checkKept({ record, directory }: Kept, network: KeptNetwork): Promise<void> {
  const hint = `srgan models add ${record.origin} --name ${record.name} --force replaces it.`;
  for (const needed of network.needs) {
    const file = path.join(directory, ...needed.split('/'));
    const sum = await hashFile(file).catch((cause: unknown) => {
      throw new SrganError('E_MODEL', `${record.name}: its file ${file} cannot be read.`, { cause, hint });
    });
    const kept = record.files[needed];
    if (sum === kept) continue;
    const sentence = `${record.name}: ${file} has changed since it was kept: its sha256 is ${sum}, but was ${kept}.`;
    throw new SrganError('E_MODEL', sentence, { hint });
  }
  await rejectLaterStatement(record, path.join(directory, ...network.file.split('/')), network, hint);
}

/**
 * Rejects a .srgan.json that was added later: it would change results without being covered by the checksums.
 */
async function rejectLaterStatement(
  { name }: KeptRecord,
  file: string,
  { needs }: KeptNetwork,
  hint: string,
): Promise<void> {
  const statement = path.basename(statedFile(file));
  if (needs.some((needed) => path.posix.basename(needed) === statement)) return;
  const beside = await readdir(path.dirname(file));
  if (!beside.includes(statement)) return;
  throw new SrganError('E_MODEL', `${name}: ${statedFile(file)} was added after the network was kept.`, {
    hint: `Put it beside the source; ${hint}`,
  });
}

/** @throws SrganError E_MODEL if no such network is kept, E_WRITE */
export async function removeKept(name: string): Promise<void> {
  const names = await keptNames();
  if (!names.includes(name)) {
    throw new SrganError('E_MODEL', `${name}: no network of this name is kept.`, {
      hint: names.length > 0 ? `The names are ${names.join(', ')}.` : 'No network is kept.',
    });
  }
  const home = path.join(keptDirectory(), name);
  try {
    // without its record the network is gone, even if removing its files fails
    await rm(path.join(home, RECORD), { force: true });
    await rm(home, { recursive: true, force: true });
  } catch (cause) {
    throw writeFailure(home, cause);
  }
}

interface Opened {
  readonly family: NetworkFamily;
  readonly load: (factor: number) => Promise<NetworkFile>;
}

/**
 * Opens a kept family by name; undefined if there is none. Checksums are verified before files are read.
 * @param read opens a network by path; undefined if the engine does not support its kind
 * @throws SrganError E_MODEL
 */
export async function openKept(
  name: string,
  read: (path: string) => Promise<Opened | undefined>,
): Promise<Opened | undefined> {
  const kept = await findKept(name);
  if (!kept) return undefined;
  const { record, directory } = kept;
  const factors = record.networks.map(({ factor }) => factor);
  return {
    family: {
      name: record.name,
      factors,
      defaultFactor: factors.find((factor) => factor > 1) ?? factors[0] ?? 1,
    },
    load: async (factor) => {
      const network = record.networks.find((each) => each.factor === factor);
      if (!network) throw new SrganError('E_MODEL', `${name}: it has no network for the factor ${factor}.`);
      await checkKept(kept, network);
      const opened = await read(path.join(directory, ...network.file.split('/')));
      if (!opened)
        throw new SrganError('E_MODEL', `${name}: the engine does not support ${network.format} networks.`);
      return { ...(await opened.load(factor)), title: `${record.name} x${factor}` };
    },
  };
}

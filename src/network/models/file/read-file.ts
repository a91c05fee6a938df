import { SrganError, systemCode } from '../../../system/errors.js';
import { readFile, stat } from '../../../system/files/fs.js';
import path from 'node:path';
import type { NetworkFile } from '../../../contract/engine.js';
import type { NetworkFamily } from '../../../contract/ports.js';
import type { Finding, StatedFacts } from '../identify/stated-facts.js';

const MAX_BYTES = 2 ** 31 - 1;

/**
 * Reads a user's network after checking its size.
 * @throws SrganError E_MODEL
 */
export async function readNetworkBytes(file: string): Promise<Uint8Array> {
  try {
    const facts = await stat(file);
    if (!facts.isFile()) throw new SrganError('E_MODEL', `${file}: this is not a file.`);
    if (facts.size > MAX_BYTES) throw new SrganError('E_MODEL', `${file}: the file is larger than 2 GB.`);
    return await readFile(file);
  } catch (cause) {
    if (cause instanceof SrganError) throw cause;
    const missing = systemCode(cause) === 'ENOENT';
    throw new SrganError(
      'E_MODEL',
      `${file}: the network ${missing ? 'does not exist' : 'cannot be read'}.`,
      { cause },
    );
  }
}

/**
 * Returns the header of a TensorFlow.js network: a .json file of any name, or the model.json in a directory.
 */
export async function findModelJson(name: string): Promise<string | undefined> {
  if (name.toLowerCase().endsWith('.json')) return name;
  const inside = path.join(name, 'model.json');
  const found = await stat(inside).catch(() => undefined);
  return found && inside;
}

/** Returns the name of a network: its file name, or the name of its directory for model.json. */
export function modelJsonName(file: string): string {
  const { name } = path.parse(file);
  return name === 'model' ? path.basename(path.dirname(path.resolve(file))) : name;
}

/** @throws SrganError E_MODEL */
export async function readModelJson(file: string): Promise<{ text: string; json: unknown }> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    const missing = systemCode(cause) === 'ENOENT';
    const reason = missing ? 'does not exist' : 'cannot be read';
    throw new SrganError('E_MODEL', `${file}: the network ${reason}.`, { cause });
  });
  try {
    return { text, json: JSON.parse(text) };
  } catch (cause) {
    throw new SrganError('E_MODEL', `${file}: the network cannot be used: its header is not JSON.`, {
      cause,
    });
  }
}

/** A network of one factor, read from a file. */
export interface OpenedFile {
  readonly family: NetworkFamily;
  readonly load: () => Promise<NetworkFile>;
  /** Number of learned parameters. */
  readonly parameters: number;
  /** Facts in the .srgan.json beside it. */
  readonly stated: StatedFacts;
  readonly findings: readonly Finding[];
}

/**
 * @param name the user's name for the network
 * @param notes sentences about uncertain facts
 */
export function openedFile(
  name: string,
  network: NetworkFile,
  notes: readonly string[] = [],
): Pick<OpenedFile, 'family' | 'load'> {
  const { factor } = network;
  return {
    family: { name, factors: [factor], defaultFactor: factor, ...(notes.length > 0 && { notes }) },
    load: () => Promise.resolve(network),
  };
}

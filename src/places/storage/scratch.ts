import { tmpdir } from 'node:os';
import path from 'node:path';
import { SrganError, systemCode } from '../../system/errors.js';
import { lstat, mkdir, open } from '../../system/files/fs.js';
import type { Sweep } from '../../system/files/left-over.js';
import { tempFilesFor, type Scope } from '../../system/files/temp-files.js';
import { writeFailure } from '../../system/files/write-files.js';
import { nameOf } from '../../system/files/address.js';
import type { ReadRule } from '../../contract/storage.js';
import type { Storages } from './storages.js';

/** Where copies of remote sources lie while these are worked on, and temp files of remote results. */
export interface Scratch {
  /** A path there that stands for an address: what is beside it, is there. */
  pathFor(address: string): Promise<string>;
  /**
   * Brings a remote file here.
   * @param owner whose end removes the copy
   * @returns the path of the copy
   * @throws SrganError E_NOT_FOUND, E_ACCESS, E_READ, E_TOO_LARGE, E_CANCELLED, E_NOSPC, E_WRITE, E_OUT_DIR
   */
  fetch(address: string, owner: Scope, rule: ReadRule): Promise<string>;
}

export function openScratch(storages: Pick<Storages, 'reading'>, sweep: Sweep): Scratch {
  let directory: Promise<string> | undefined;
  const pathFor = async (address: string) =>
    path.join(await (directory ??= privateDirectory(sweep)), nameOf(address));

  return {
    pathFor,
    async fetch(address, owner, rule) {
      const storage = await storages.reading(address);
      const { path: copy } = await tempFilesFor(await pathFor(address), owner)();
      const bytes = await storage.read(address, rule);
      try {
        await save(bytes, copy);
      } catch (cause) {
        throw cause instanceof SrganError ? cause : writeFailure(copy, cause);
      }
      return copy;
    },
  };
}

/** Whatever happens the file is closed when this ends, so that it can be removed. */
async function save(bytes: AsyncIterable<Uint8Array>, copy: string): Promise<void> {
  const file = await open(copy, 'wx', 0o600);
  try {
    for await (const chunk of bytes) await file.writeFile(chunk);
  } finally {
    await file.close();
  }
}

/**
 * Ours alone, and the same for each run, so that what a killed one left is found and removed.
 * @throws SrganError E_OUT_DIR
 */
async function privateDirectory(sweep: Sweep): Promise<string> {
  const user = process.getuid?.();
  const directory = path.join(tmpdir(), user === undefined ? 'srgan' : `srgan-${user}`);
  try {
    await mkdir(directory, { mode: 0o700 }).catch((error: unknown) => {
      if (systemCode(error) !== 'EEXIST') throw error;
    });
    const found = await lstat(directory);
    const isOurs = user === undefined || (found.uid === user && (found.mode & 0o022) === 0);
    if (!found.isDirectory() || !isOurs) throw new Error('it is another user’s, or no directory');
  } catch (cause) {
    throw new SrganError('E_OUT_DIR', `${directory}: cannot be used for copies of remote sources.`, {
      cause,
      hint: 'Name another place for temp files with TMPDIR.',
    });
  }
  await sweep(directory);
  return directory;
}

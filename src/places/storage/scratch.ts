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

/** A private directory for copies of remote sources and temporary files of remote results. */
export interface Scratch {
  /** Returns the path in this directory that stands for an address. */
  pathFor(address: string): Promise<string>;
  /**
   * Downloads a remote file. The copy is removed when `scope` ends.
   * @returns the path of the copy
   * @throws SrganError E_NOT_FOUND, E_ACCESS, E_READ, E_TOO_LARGE, E_CANCELLED, E_NOSPC, E_WRITE, E_OUT_DIR
   */
  fetch(address: string, scope: Scope, rule: ReadRule): Promise<string>;
}

export function openScratch(storages: Pick<Storages, 'reading'>, sweep: Sweep): Scratch {
  let directory: Promise<string> | undefined;
  const pathFor = async (address: string) =>
    path.join(await (directory ??= privateDirectory(sweep)), nameOf(address));

  return {
    pathFor,
    async fetch(address, scope, rule) {
      const storage = await storages.reading(address);
      const { path: copy } = await tempFilesFor(await pathFor(address), scope)();
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

/** Closes the file even after an error, so that it can be removed. */
async function save(bytes: AsyncIterable<Uint8Array>, copy: string): Promise<void> {
  const file = await open(copy, 'wx', 0o600);
  try {
    for await (const chunk of bytes) await file.writeFile(chunk);
  } finally {
    await file.close();
  }
}

/**
 * Opens a directory that only this user can write to. It is the same for each run, so that files of killed runs are
 * found and removed.
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
    if (!found.isDirectory() || !isOurs) throw new Error('not a directory, or writable by another user');
  } catch (cause) {
    throw new SrganError('E_OUT_DIR', `${directory}: cannot be used for copies of remote sources.`, {
      cause,
      hint: 'Set TMPDIR to another directory for temporary files.',
    });
  }
  await sweep(directory);
  return directory;
}

import path from 'node:path';
import { SrganError, systemCode } from '../../system/errors.js';
import { open, readFile, rm, rmSync } from '../../system/files/fs.js';
import { makeDirectory } from '../../system/files/write-files.js';
import { IDENTITY, isProcessAlive } from '../../system/process-identity.js';
import { stateHome } from '../../places/storage/journals.js';

/** Where a service keeps what it holds for its clients. */
export interface DataDirectory {
  /** Of requests that are being answered; emptied at the start. */
  readonly requests: string;
  readonly jobs: string;
  close(): void;
}

export const defaultDataDirectory = (): string => path.join(stateHome(), 'srgan', 'serve');

/**
 * Takes a directory for this process alone.
 * @throws SrganError E_OUT_DIR where it cannot be written to, or another service uses it
 */
export async function openDataDirectory(directory: string): Promise<DataDirectory> {
  const lock = path.join(directory, 'lock');
  const requests = path.join(directory, 'requests');
  const jobs = path.join(directory, 'jobs');
  try {
    await makeDirectory(directory);
    await takeLock(lock, directory);
    await rm(requests, { recursive: true, force: true });
    await makeDirectory(requests);
    await makeDirectory(jobs);
  } catch (cause) {
    if (cause instanceof SrganError) throw cause;
    throw new SrganError(
      'E_OUT_DIR',
      `${directory}: cannot be used (${systemCode(cause) ?? 'unknown reason'}).`,
      {
        cause,
        hint: 'Name another directory with --data.',
      },
    );
  }
  return { requests, jobs, close };

  function close() {
    taken.delete(lock);
    rmSync(lock, { force: true });
  }
}

/** Those of this process. */
const taken = new Set<string>();

async function takeLock(lock: string, directory: string): Promise<void> {
  for (let tries = 0; ; tries++) {
    try {
      const handle = await open(lock, 'wx', 0o600);
      await handle.writeFile(JSON.stringify({ pid: process.pid, ...IDENTITY }));
      await handle.close();
      taken.add(lock);
      return;
    } catch (error) {
      if (systemCode(error) !== 'EEXIST' || tries > 2) throw error;
    }
    if (await isHeld(lock)) {
      throw new SrganError('E_OUT_DIR', `${directory}: another srgan serve uses this directory.`, {
        hint: `Name another one with --data; if none runs any more, remove ${lock}.`,
      });
    }
    await rm(lock, { force: true });
  }
}

/** A killed process leaves its lock; so does one of a container that is gone, of which nothing can be known. */
async function isHeld(lock: string): Promise<boolean> {
  try {
    const { pid, machine, life } = JSON.parse(await readFile(lock, 'utf8')) as {
      pid: number;
      machine: string;
      life: string;
    };
    if (machine !== IDENTITY.machine || life !== IDENTITY.life) return false;
    return pid === process.pid ? taken.has(lock) : isProcessAlive(pid);
  } catch {
    return false;
  }
}

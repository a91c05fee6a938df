import { basename, join, resolve } from 'node:path';
import process from 'node:process';
import { lstat, opendir, rm, open } from './fs.js';
import { MAX_TIMER_MS } from '../measures.js';
import { isProcessAlive } from '../process-identity.js';
import { memoize } from '../memoize.js';
import { isRemote } from './address.js';
import {
  isTrackedTempPath,
  ownerOf,
  type Owner,
  untrackTempPath,
  trackTempPath,
  tempName,
} from './temp-files.js';
import { SrganError } from '../errors.js';
import { deepestExisting, writeFailure } from './write-files.js';

export type Sweep = (directory: string) => Promise<void>;

/** No image can take longer than the longest timer, 25 days, and clocks may differ. */
const EXPIRY_MS = MAX_TIMER_MS + 5 * 86_400_000;

/**
 * Returns a function that removes the temporary files of killed runs, once for each directory. Files of running
 * processes stay. Files of other machines and containers stay for 30 days, since their processes can't be checked.
 */
export function openSweep(): Sweep {
  // an unreadable directory or a file that can't be removed is no reason not to write
  return memoize((directory) =>
    isRemote(directory) ? Promise.resolve() : sweep(directory).catch(() => undefined),
  );
}

async function sweep(directory: string): Promise<void> {
  for await (const entry of await opendir(directory, { bufferSize: 1024 })) {
    if (!entry.isFile()) continue;
    const path = join(directory, entry.name);
    if (await isLeftOver(path)) await rm(path, { force: true });
  }
}

/** Returns whether a file or directory has a temporary name and its owner no longer needs it. */
export async function isLeftOver(path: string): Promise<boolean> {
  const owner = ownerOf(basename(path));
  return owner !== undefined && !(await isInUse(owner, path));
}

async function isInUse(owner: Owner, path: string): Promise<boolean> {
  switch (owner.kind) {
    case 'past':
      return false;
    case 'elsewhere':
      return await isYoung(path);
    case 'here':
      // in a container, every run may have the same process id
      return owner.pid === process.pid ? isTrackedTempPath(path) : isProcessAlive(owner.pid);
  }
}

async function isYoung(path: string): Promise<boolean> {
  const found = await lstat(path).catch(() => undefined);
  return found !== undefined && Date.now() - found.mtimeMs < EXPIRY_MS;
}

/**
 * Checks that results can be written below `directory`, which need not exist yet, by creating a file in its deepest
 * existing ancestor.
 * @throws SrganError E_OUT_DIR
 */
export async function checkWritable(directory: string, sweep: Sweep): Promise<void> {
  try {
    const existing = await deepestExisting(resolve(directory));
    await sweep(existing);
    const probe = join(existing, tempName('probe'));
    trackTempPath(probe);
    try {
      await (await open(probe, 'wx')).close();
    } finally {
      await rm(probe, { force: true }).catch(() => undefined);
      untrackTempPath(probe);
    }
  } catch (cause) {
    const { message, hint } = writeFailure(directory, cause);
    throw new SrganError('E_OUT_DIR', message, { cause, hint });
  }
}

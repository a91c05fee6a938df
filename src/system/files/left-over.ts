import { basename, join } from 'node:path';
import process from 'node:process';
import { lstat, opendir, rm } from './fs.js';
import { LONGEST_TIMER_MS } from '../limits.js';
import { isProcessThere } from '../process/process-there.js';
import { remembered } from '../remembered.js';
import { isRemote } from './address.js';
import { isRemembered } from './temp-files.js';
import { ownerOf, type Owner } from './temp-names.js';

export type Sweep = (directory: string) => Promise<void>;

/** No image may take longer than a timer can be set to, 25 days, and clocks may differ. */
const OLD_MS = LONGEST_TIMER_MS + 5 * 86_400_000;

/**
 * Removes the temp files that killed runs left in a directory, the first time that it is asked to. Those of a
 * process that is there stay. Of other machines and containers nothing is known, so theirs stay for 30 days, in
 * which any image is done or given up.
 */
export function openSweep(): Sweep {
  // what cannot be looked at or removed is no reason not to write
  return remembered((directory) =>
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

/** Whether a file, or a directory, has a temp name and nobody who may need it. */
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
      // in a container every run may have the same number
      return owner.pid === process.pid ? isRemembered(path) : isProcessThere(owner.pid);
  }
}

async function isYoung(path: string): Promise<boolean> {
  const found = await lstat(path).catch(() => undefined);
  return found !== undefined && Date.now() - found.mtimeMs < OLD_MS;
}

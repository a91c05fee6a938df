import { join } from 'node:path';
import process from 'node:process';
import { opendir, rm } from './files/fs.js';
import { isProcessThere } from './process-there.js';
import { remembered } from './remembered.js';
import { isRemembered } from './temp-files.js';
import { ownerOf } from './temp-names.js';

export type Sweep = (directory: string) => Promise<void>;

/**
 * Removes the temp files that killed runs of this machine left in a directory, the first time that it is asked
 * to. Those of a process that is there stay, and so do those of other machines, of which nothing is known.
 */
export function openSweep(): Sweep {
  // what cannot be looked at or removed is no reason not to write
  return remembered((directory) => sweep(directory).catch(() => undefined));
}

async function sweep(directory: string): Promise<void> {
  for await (const entry of await opendir(directory, { bufferSize: 1024 })) {
    const pid = ownerOf(entry.name);
    if (pid === undefined || !entry.isFile()) continue;
    const path = join(directory, entry.name);
    // in a container every run may have the same number
    const isInUse = pid === process.pid ? isRemembered(path) : isProcessThere(pid);
    if (!isInUse) await rm(path, { force: true });
  }
}

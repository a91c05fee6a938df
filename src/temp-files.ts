import { rmSync } from 'node:fs';

const files = new Set<string>();
const trees = new Set<string>();

/** Remembers a temp file until `forget`, so that a process that must die at once can take it away. */
export const remember = (path: string): void => void files.add(path);

export const forget = (path: string): void => void files.delete(path);

/** The same for a directory of our own, with all that is in it. */
export const rememberTree = (path: string): void => void trees.add(path);

export const forgetTree = (path: string): void => void trees.delete(path);

/** For the last moment of a process: the event loop will not turn again. */
export function removeTempFilesNow(): void {
  for (const path of files) remove(path, false);
  for (const path of trees) remove(path, true);
  files.clear();
  trees.clear();
}

function remove(path: string, recursive: boolean): void {
  try {
    rmSync(path, { force: true, recursive });
  } catch {
    // dying matters more than a file that cannot be removed
  }
}

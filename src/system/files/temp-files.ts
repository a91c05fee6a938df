import { resolve } from 'node:path';
import { rmSync } from './fs.js';

/** A file beside the result, on the same disk, that no run leaves behind. */
export interface TempFile {
  readonly path: string;
  /** Takes the file away, if it is there. */
  remove(): void;
}

const live = new Set<string>();

/**
 * Remembers a temp file, or a directory of our own, until `forget`, so that a process that must die at once can
 * take it away.
 */
export const remember = (path: string): void => void live.add(resolve(path));

export const forget = (path: string): void => void live.delete(resolve(path));

export const isRemembered = (path: string): boolean => live.has(resolve(path));

/** For the last moment of a process: the event loop will not turn again. */
export function removeTempFilesNow(): void {
  for (const path of live) {
    try {
      rmSync(path, { force: true, recursive: true });
    } catch {
      // dying matters more than a file that cannot be removed
    }
  }
  live.clear();
}

import { dirname } from 'node:path';
import { systemCode } from '../errors.js';
import { mkdir, stat } from './fs.js';

/**
 * Makes a directory and those above it that are missing. Node's own recursive mkdir never ends where the
 * system says ENOENT although the directory above is there, as below /proc.
 * @throws the system's error: EEXIST or ENOTDIR where a file is in the way
 */
export async function makeDirectory(path: string): Promise<void> {
  try {
    await makeOne(path);
  } catch (error) {
    const above = dirname(path);
    if (systemCode(error) !== 'ENOENT' || above === path) throw error;
    await makeDirectory(above);
    await makeOne(path);
  }
}

async function makeOne(path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    // a file system may name another reason first, such as EROFS for a directory that is there
    if (systemCode(error) === 'ENOENT') throw error;
    const found = await stat(path).catch(() => undefined);
    if (!found?.isDirectory()) throw error;
  }
}

/** The directory itself where it is there, else the deepest one above it that is. */
export async function deepestThere(directory: string): Promise<string> {
  try {
    await stat(directory);
    return directory;
  } catch (error) {
    const above = dirname(directory);
    if (systemCode(error) !== 'ENOENT' || above === directory) throw error;
    return deepestThere(above);
  }
}

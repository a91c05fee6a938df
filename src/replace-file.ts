import { rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { makeDirectory } from './make-directory.js';
import { writeFailure } from './stages/write-failure.js';
import { tempName } from './stages/write.js';
import { forget, remember } from './temp-files.js';

/**
 * Writes text beside a name and then renames it, so that nobody sees half of it. Makes the directory.
 * @throws SrganError E_NOSPC, E_WRITE
 */
export async function replaceFile(path: string, text: string): Promise<void> {
  const partial = join(dirname(path), tempName(basename(path)));
  remember(partial);
  try {
    await makeDirectory(dirname(path));
    await writeFile(partial, text, { flag: 'wx' });
    await rename(partial, path);
  } catch (cause) {
    throw writeFailure(path, cause);
  } finally {
    await rm(partial, { force: true }).catch(() => undefined);
    forget(partial);
  }
}

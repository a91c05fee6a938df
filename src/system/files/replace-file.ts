import { basename, dirname, join } from 'node:path';
import { rename, rm, writeFile } from './fs.js';
import { makeDirectory } from './make-directory.js';
import { writeFailure } from './write-failure.js';
import { forget, remember } from './temp-files.js';
import { tempName } from './temp-names.js';

/**
 * Writes a file beside its name and then renames it, so that nobody sees half of it. Makes the directory.
 * @throws SrganError E_NOSPC, E_WRITE
 */
export async function replaceFile(path: string, content: string | Uint8Array): Promise<void> {
  const partial = join(dirname(path), tempName(basename(path)));
  remember(partial);
  try {
    await makeDirectory(dirname(path));
    await writeFile(partial, content, { flag: 'wx' });
    await rename(partial, path);
  } catch (cause) {
    throw writeFailure(path, cause);
  } finally {
    await rm(partial, { force: true }).catch(() => undefined);
    forget(partial);
  }
}

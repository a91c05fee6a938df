import { realpath, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { SrganError } from '../errors.js';
import { makeDirectory } from '../make-directory.js';
import { writeFailure } from '../stages/write-failure.js';
import { tempName } from '../stages/write.js';
import { forget, remember } from '../temp-files.js';

/**
 * Writes a report beside its name and then renames it: nobody sees half of it.
 * @param inputs files that it must not replace
 * @throws SrganError E_OVERWRITE_INPUT, E_NOSPC, E_WRITE
 */
export async function savePage(path: string, markup: string, inputs: readonly string[] = []): Promise<void> {
  const place = await realpath(path).catch(() => path);
  for (const input of inputs) {
    if ((await realpath(input).catch(() => input)) !== place) continue;
    throw new SrganError('E_OVERWRITE_INPUT', `${path}: the report would replace an image that it is about.`);
  }
  const partial = join(dirname(path), tempName(basename(path)));
  remember(partial);
  try {
    await makeDirectory(dirname(path));
    await writeFile(partial, markup, { flag: 'wx' });
    await rename(partial, path);
  } catch (cause) {
    throw writeFailure(path, cause);
  } finally {
    await rm(partial, { force: true }).catch(() => undefined);
    forget(partial);
  }
}

import { SrganError } from '../system/errors.js';
import { realpath } from '../system/files/fs.js';
import { replaceFile } from '../system/files/temp-files.js';

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
  await replaceFile(path, markup);
}

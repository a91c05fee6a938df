import { join } from 'node:path';
import { realpath } from '../system/files/fs.js';
import { replaceFile } from '../system/files/temp-files.js';
import { CONFIG_NAME, readConfig } from './config-file.js';

/**
 * Saves flag defaults in `file`, in the nearest srgan.config.json in `directory` or above it, or in a new one in
 * `directory`. Other content of the file is kept.
 * @returns the path of the file
 * @throws SrganError E_USAGE where the file is invalid, E_WRITE, E_NOSPC
 */
export async function saveDefaults(
  file: string | undefined,
  directory: string,
  values: Readonly<Record<string, string | number | boolean>>,
): Promise<string> {
  const found = await readConfig(file, directory);
  // a link stays a link
  const path = found ? await realpath(found.path) : join(directory, CONFIG_NAME);
  await replaceFile(path, `${JSON.stringify({ ...found?.values, ...values }, null, 2)}\n`);
  return path;
}

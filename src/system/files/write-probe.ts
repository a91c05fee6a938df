import { join, resolve } from 'node:path';
import { SrganError } from '../errors.js';
import { open, rm } from './fs.js';
import type { Sweep } from './left-over.js';
import { deepestThere } from './make-directory.js';
import { forget, remember } from './temp-files.js';
import { tempName } from './temp-names.js';
import { writeFailure } from './write-failure.js';

/**
 * Finds out before any work whether results can be written below `directory`, which need not be there yet, by
 * making a file in the deepest directory above it that is.
 * @throws SrganError E_OUT_DIR
 */
export async function checkWritable(directory: string, sweep: Sweep): Promise<void> {
  try {
    const there = await deepestThere(resolve(directory));
    await sweep(there);
    const probe = join(there, tempName('probe'));
    remember(probe);
    try {
      await (await open(probe, 'wx')).close();
    } finally {
      await rm(probe, { force: true }).catch(() => undefined);
      forget(probe);
    }
  } catch (cause) {
    const { message, hint } = writeFailure(directory, cause);
    throw new SrganError('E_OUT_DIR', message, { cause, hint });
  }
}

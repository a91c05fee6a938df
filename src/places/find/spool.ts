import { tmpdir } from 'node:os';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { SrganError } from '../../system/errors.js';
import { createWriteStream, mkdtemp, rm } from '../../system/files/fs.js';
import type { Inputs } from '../../contract/program-inputs.js';
import { untrackTempPath, trackTempPath } from '../../system/files/temp-files.js';

export interface Spooled {
  readonly inputs: Extract<Inputs, { kind: 'list-file' }>;
  remove(): Promise<void>;
}

/**
 * The list of a stream as a file, so that it can be looked through before the work begins.
 * @param drain ends the reading early; what had come until then is the list
 * @throws SrganError E_WRITE where there is no room for it
 */
export async function spool(
  { stream, format }: Extract<Inputs, { kind: 'list' }>,
  drain: AbortSignal,
): Promise<Spooled> {
  const directory = await mkdtemp(path.join(tmpdir(), 'srgan-list-'));
  const file = path.join(directory, 'list');
  const remove = async () => {
    await rm(directory, { recursive: true, force: true });
    untrackTempPath(directory);
  };
  trackTempPath(directory);
  try {
    await pipeline(stream, createWriteStream(file), { signal: drain });
  } catch (cause) {
    if (!drain.aborted) {
      await remove();
      throw new SrganError('E_WRITE', `${file}: the list could not be kept there.`, { cause });
    }
  }
  return { inputs: { kind: 'list-file', path: file, format, title: 'standard input' }, remove };
}

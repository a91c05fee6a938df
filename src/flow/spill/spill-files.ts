import { basename, dirname, join } from 'node:path';
import { rmSync } from '../../system/files/fs.js';
import { openPlainDirectory, plainName } from '../../system/files/plain-path.js';
import type { TempFile } from '../../contract/job.js';
import { makeDirectory } from '../../system/files/make-directory.js';
import type { Ticket } from '../stages/stage.js';
import { writeFailure } from '../../system/files/write-failure.js';
import { forget, remember } from '../../system/files/temp-files.js';
import { tempName } from '../../system/files/temp-names.js';

/**
 * Names a new file of one image. libvips writes its own format only where the name ends in `.v`.
 * @throws SrganError E_WRITE, E_NOSPC
 */
export type MakeTemp = (ending?: '.v') => Promise<TempFile>;

/**
 * Temp files beside the result, on the disk that must have room for it anyway.
 * @param ticket by which each one is removed when the source has ended, whatever happens
 */
export function tempFilesFor(output: string, ticket: Pick<Ticket, 'defer'>): MakeTemp {
  return async (ending) => {
    const directory = dirname(output);
    await makeDirectory(directory).catch((cause: unknown) => {
      throw writeFailure(output, cause);
    });
    // sharp writes and reads it by its path
    const name = `${tempName(plainName(basename(output)))}${ending ?? ''}`;
    const path = join(directory, name);
    const place = placeIn(directory, output);
    const remove = () => {
      try {
        rmSync(path, { force: true });
      } catch {
        // the next run that comes here sweeps it away
      }
      forget(path);
    };
    remember(path);
    ticket.defer(() => {
      remove();
      place.close();
    });
    return { path: join(place.path, name), remove };
  };
}

function placeIn(directory: string, output: string): ReturnType<typeof openPlainDirectory> {
  try {
    return openPlainDirectory(directory);
  } catch (error) {
    throw writeFailure(output, error);
  }
}

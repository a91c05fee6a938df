import { basename, dirname, join } from 'node:path';
import { rmSync } from './fs.js';
import { openPlainDirectory, plainName } from './plain-path.js';
import { makeDirectory } from './make-directory.js';
import { writeFailure } from './write-failure.js';
import { forget, remember, type TempFile } from './temp-files.js';
import { tempName } from './temp-names.js';

/** Calls what was deferred when it ends, the last first. */
export interface Owner {
  defer(release: () => void): void;
}

/**
 * Names a new file of one image. libvips writes its own format only where the name ends in `.v`.
 * @throws SrganError E_WRITE, E_NOSPC
 */
export type MakeTemp = (ending?: '.v') => Promise<TempFile>;

/**
 * Temp files beside the result, on the disk that must have room for it anyway.
 * @param owner whose end removes each one, whatever happens
 */
export function tempFilesFor(output: string, owner: Owner): MakeTemp {
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
    owner.defer(() => {
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

import { SrganError, systemCode } from '../../../system/errors.js';
import { readFile, stat } from '../../../system/files/fs.js';

const MAX_BYTES = 2 ** 31 - 1;

/**
 * The bytes of a user's own network; its size is looked at before it is read.
 * @throws SrganError E_MODEL
 */
export async function readNetworkBytes(file: string): Promise<Uint8Array> {
  try {
    const facts = await stat(file);
    if (!facts.isFile()) throw new SrganError('E_MODEL', `${file}: this is not a file.`);
    if (facts.size > MAX_BYTES) throw new SrganError('E_MODEL', `${file}: the file is larger than 2 GB.`);
    return await readFile(file);
  } catch (cause) {
    if (cause instanceof SrganError) throw cause;
    const missing = systemCode(cause) === 'ENOENT';
    throw new SrganError(
      'E_MODEL',
      `${file}: the network ${missing ? 'does not exist' : 'cannot be read'}.`,
      { cause },
    );
  }
}

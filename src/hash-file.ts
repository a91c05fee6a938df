import { createHash } from 'node:crypto';
import { pipeline } from 'node:stream/promises';
import { SrganError } from './errors.js';
import { createReadStream } from './files/fs.js';

/**
 * SHA-256 of a file's bytes in hex; the file is never held.
 * @throws SrganError E_READ
 */
export async function hashFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  try {
    await pipeline(createReadStream(path), hash);
  } catch (cause) {
    throw new SrganError('E_READ', `${path}: reading it failed.`, { cause });
  }
  return hash.digest('hex');
}

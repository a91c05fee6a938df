import { createHash } from 'node:crypto';
import { pipeline } from 'node:stream/promises';
import { SrganError } from '../errors.js';
import { createReadStream } from './fs.js';

/**
 * Returns the SHA-256 of a file in hex, reading it as a stream.
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

/** Returns the SHA-256 of bytes in hex, computed in libuv's thread pool to keep the event loop free. */
export async function hashBytes(bytes: Uint8Array): Promise<string> {
  return Buffer.from(await crypto.subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>)).toString('hex');
}

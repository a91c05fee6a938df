import { Stream } from 'node:stream';
import { SrganError } from '../../system/errors.js';
import { formatBytes } from '../../system/measures.js';
import { cutOff, storageFailure } from './storage-failures.js';

/**
 * Passes the bytes of a body on, as many as were promised and no more than are allowed.
 * @param rule.declaredBytes as the server said, where it did
 * @throws SrganError E_TOO_LARGE, E_READ, E_CANCELLED
 */
export function whole(
  place: string,
  body: AsyncIterable<unknown>,
  limits: Limits,
): AsyncGenerator<Uint8Array> {
  // a connection that breaks before anybody reads has nobody else to tell it to; whoever reads is told again
  if (body instanceof Stream) body.on('error', () => undefined);
  return checked(place, body, limits);
}

interface Limits {
  readonly maxBytes: number;
  readonly declaredBytes: number | undefined;
}

async function* checked(
  place: string,
  body: AsyncIterable<unknown>,
  { maxBytes, declaredBytes }: Limits,
): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  try {
    for await (const chunk of body) {
      bytes += (chunk as Uint8Array).length;
      refuseLarger(place, bytes, maxBytes);
      yield chunk as Uint8Array;
    }
  } catch (error) {
    throw storageFailure(place, error, 'read');
  }
  if (declaredBytes !== undefined && bytes !== declaredBytes) throw cutOff(place, bytes, declaredBytes);
}

/** @throws SrganError E_TOO_LARGE */
export function refuseLarger(place: string, bytes: number, maxBytes: number): void {
  if (bytes <= maxBytes) return;
  throw new SrganError('E_TOO_LARGE', `${place}: is larger than the limit of ${formatBytes(maxBytes)}.`, {
    hint: 'Raise it with --max-input-bytes.',
  });
}

import { Stream } from 'node:stream';
import { SrganError } from '../../system/errors.js';
import { formatBytes } from '../../system/measures.js';
import { truncatedBody, storageFailure } from './storage-failures.js';

/**
 * Passes a body on, and checks that it has the declared length and does not exceed the limit.
 * @param limits.declaredBytes undefined if the server did not state the length
 * @throws SrganError E_TOO_LARGE, E_READ, E_CANCELLED
 */
export function checkedBody(
  place: string,
  body: AsyncIterable<unknown>,
  limits: Limits,
): AsyncGenerator<Uint8Array> {
  // avoids an uncaught error if the connection breaks before anyone reads; the reader gets it too
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
      rejectLarger(place, bytes, maxBytes);
      yield chunk as Uint8Array;
    }
  } catch (error) {
    throw storageFailure(place, error, 'read');
  }
  if (declaredBytes !== undefined && bytes !== declaredBytes)
    throw truncatedBody(place, bytes, declaredBytes);
}

/** @throws SrganError E_TOO_LARGE */
export function rejectLarger(place: string, bytes: number, maxBytes: number): void {
  if (bytes <= maxBytes) return;
  throw new SrganError('E_TOO_LARGE', `${place}: exceeds the limit of ${formatBytes(maxBytes)}.`, {
    hint: 'Raise it with --max-input-bytes.',
  });
}

import type { Source } from '../../contract/job.js';
import type { Run } from '../run.js';
import { isRemote } from '../../system/files/address.js';
import { stopAfter, tooLate } from '../../system/deadline.js';
import type { Ticket } from '../ticket.js';

/**
 * The path of the source's bytes. A remote file is brought here first, whole, within the time for one image; the
 * copy is removed when the source has ended.
 * @throws SrganError E_NOT_FOUND, E_ACCESS, E_READ, E_TOO_LARGE, E_TIME_LIMIT, E_CANCELLED, E_NOSPC, E_WRITE
 */
export async function fileOf(
  { settings, scratch, signal }: Pick<Run, 'settings' | 'scratch' | 'signal'>,
  { path }: Source,
  ticket: Ticket,
): Promise<string> {
  if (!isRemote(path)) return path;
  const { maxInputBytes: maxBytes, timeLimit } = settings;
  const late = tooLate(`${path}: did not come within ${timeLimit} s, the limit for one image.`);
  const stop = stopAfter(signal, timeLimit, () => late);
  try {
    ticket.copy = await scratch.fetch(path, ticket, { maxBytes, signal: stop.signal });
    return ticket.copy;
  } catch (error) {
    throw stop.signal.reason === late ? late : error;
  } finally {
    stop.end();
  }
}

import { SrganError } from '../../system/errors.js';
import type { Encoded, Written } from '../../contract/job.js';
import { formatBytes } from '../../system/measures.js';
import type { Settings } from '../../contract/options.js';
import type { Announced } from '../journal/journal.js';
import type { Run } from '../run.js';
import { isRemote } from '../../system/files/address.js';
import { writtenByEarlierAttempt } from '../plan/outputs.js';
import { isTransient } from '../../places/storage/storage-failures.js';
import type { Work } from './stage.js';
import type { Ticket } from '../ticket.js';

/** Publishes a result under its final name, whole or not at all, through the storage of the output. */
export function write(
  run: Pick<Run, 'settings' | 'signal' | 'journal' | 'watch' | 'storages'>,
): Work<Encoded, Written> {
  const { settings, signal, journal, watch, storages } = run;

  return async (encoded, ticket) => {
    const { job, widthPx, heightPx } = encoded;
    const path = job.outputPath;
    const existing = writtenByEarlierAttempt(path, job.source, journal) ? 'overwrite' : settings.existing;
    const content = 'bytes' in encoded ? encoded.bytes : { path: encoded.file.path };
    if (content instanceof Uint8Array) refuseLarger(content.byteLength, path, settings);
    const staged = await (await storages.of(path)).stage(path, content);
    const { bytes } = staged;
    let announced: Announced | undefined;
    try {
      refuseLarger(bytes, path, settings);
      refuseIfStopped(signal, path);
      if (ticket.key !== undefined) {
        const result = content instanceof Uint8Array ? content : { ...content, bytes };
        announced = await journal?.announce(path, ticket.key, result);
      }
      watch?.publishing(job.source.index, path);
      const replace = existing === 'overwrite';
      if ((await staged.publish({ replace, ...announced, signal })) === 'there') {
        keep(path, existing, ticket);
        return undefined;
      }
      ticket.published = path;
      await staged.settle();
    } catch (error) {
      // the storage's answer may have been lost, and the existing file may be ours
      if (isRemote(path) && isTransient(error)) ticket.published = path;
      throw error;
    } finally {
      await staged.discard();
    }
    const written = { job, path, bytes, sha256: announced?.sha256, widthPx, heightPx };
    ticket.end = { status: job.action === 'copy' ? 'copied' : 'done', written };
    return written;
  };
}

/** Keeps a file that another program has written there meanwhile. */
function keep(path: string, existing: Settings['existing'], ticket: Ticket): void {
  if (existing === 'skip') {
    ticket.end = { status: 'skipped', reason: 'the output is already there' };
    return;
  }
  throw new SrganError(
    'E_EXISTS',
    `${path}: another program made this file meanwhile; it was left as it is.`,
    {
      hint: 'Use --overwrite to replace what is there, or --skip-existing to leave it.',
    },
  );
}

function refuseLarger(bytes: number, path: string, { maxOutputBytes }: Settings): void {
  if (bytes <= maxOutputBytes) return;
  const what = `would have ${formatBytes(bytes)}, over the limit of ${formatBytes(maxOutputBytes)}`;
  throw new SrganError('E_TOO_LARGE', `${path}: ${what}.`, { hint: 'Raise it with --max-output-bytes.' });
}

function refuseIfStopped(signal: AbortSignal, path: string): void {
  if (signal.aborted) {
    throw new SrganError('E_CANCELLED', `${path}: the run was stopped before this file was in place.`);
  }
}

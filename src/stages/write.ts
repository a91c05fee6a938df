import { basename, dirname, join } from 'node:path';
import { SrganError, systemCode } from '../errors.js';
import { link, lstat, open, rename, rm, type FileHandle } from '../files/fs.js';
import type { Encoded, Written } from '../job.js';
import { makeDirectory } from '../make-directory.js';
import { formatBytes } from '../measures.js';
import type { Settings } from '../options.js';
import type { Run } from '../run.js';
import { forget, remember } from '../temp-files.js';
import { tempName } from '../temp-names.js';
import { isOurs } from './ours.js';
import type { Ticket, Work } from './stage.js';
import { flushDirectory, flushFile } from './write-flush.js';
import { writeFailure } from './write-failure.js';

/**
 * Puts the bytes under their final name whole or not at all: a sibling temp file, flushed to the disk, then
 * renamed. File permissions are the process's default, the time is now.
 */
export function write(
  run: Pick<Run, 'settings' | 'signal' | 'journal' | 'watch' | 'sweep'>,
): Work<Encoded, Written> {
  const { settings, signal, journal, watch, sweep } = run;
  const flush = settings.fsync ? flushFile : () => Promise.resolve();

  return async (encoded, ticket) => {
    const { job, widthPx, heightPx } = encoded;
    const path = job.outputPath;
    const directory = dirname(path);
    const temp = 'file' in encoded ? encoded.file.path : join(directory, tempName(basename(path)));
    const existing = isOurs(path, job.source, journal) ? 'overwrite' : settings.existing;
    let bytes = 'bytes' in encoded ? encoded.bytes.byteLength : 0;
    let sha256: string | undefined;
    try {
      refuseLarger(bytes, path, settings);
      await makeDirectory(directory);
      await sweep(directory);
      remember(temp);
      bytes = 'file' in encoded ? await lengthOf(temp, flush) : await writeWhole(temp, encoded.bytes, flush);
      refuseLarger(bytes, path, settings);
      refuseIfStopped(signal, path);
      if (ticket.key !== undefined) {
        const result = 'file' in encoded ? { path: temp, bytes } : encoded.bytes;
        sha256 = await journal?.announce(path, ticket.key, result);
      }
      watch?.publishing(job.source.index, path);
      if (!(await publish(temp, path, existing, ticket))) return undefined;
      ticket.published = path;
      if (settings.fsync) await flushDirectory(directory);
    } catch (cause) {
      throw cause instanceof SrganError ? cause : writeFailure(path, cause);
    } finally {
      await rm(temp, { force: true }).catch(() => undefined);
      forget(temp);
    }
    const written = { job, path, bytes, sha256, widthPx, heightPx };
    ticket.end = { status: job.action === 'copy' ? 'copied' : 'done', written };
    return written;
  };
}

type Flush = (file: FileHandle) => Promise<void>;

async function writeWhole(temp: string, bytes: Uint8Array, flush: Flush): Promise<number> {
  const file = await open(temp, 'wx');
  try {
    await file.writeFile(bytes);
    const { size } = await file.stat();
    if (size !== bytes.byteLength) {
      throw new Error(`${size} of ${bytes.byteLength} bytes arrived in ${temp}`);
    }
    await flush(file);
    return size;
  } finally {
    await file.close();
  }
}

/** @returns the size of the file, which an encoder has written */
async function lengthOf(temp: string, flush: Flush): Promise<number> {
  const file = await open(temp, 'r+');
  try {
    await flush(file);
    return (await file.stat()).size;
  } finally {
    await file.close();
  }
}

/** @returns false where the file that is already there is to be kept */
async function publish(
  temp: string,
  path: string,
  existing: Settings['existing'],
  ticket: Ticket,
): Promise<boolean> {
  if (existing === 'overwrite') {
    await rename(temp, path);
    return true;
  }
  if (await claim(temp, path)) return true;
  if (existing === 'refuse') {
    throw new SrganError(
      'E_EXISTS',
      `${path}: another program made this file meanwhile; it was left as it is.`,
      {
        hint: 'Use --overwrite to replace what is there, or --skip-existing to leave it.',
      },
    );
  }
  ticket.end = { status: 'skipped', reason: 'the output is already there' };
  return false;
}

const NO_HARD_LINKS = new Set(['EPERM', 'ENOSYS', 'ENOTSUP', 'EOPNOTSUPP', 'EMLINK', 'EXDEV', 'EINVAL']);

/** A hard link fails where the name is taken, which a rename does not. */
async function claim(temp: string, path: string): Promise<boolean> {
  try {
    await link(temp, path);
    return true;
  } catch (error) {
    const code = systemCode(error);
    if (code === 'EEXIST') return false;
    if (code === undefined || !NO_HARD_LINKS.has(code)) throw error;
  }
  if (await isThere(path)) return false;
  await rename(temp, path);
  return true;
}

async function isThere(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return true;
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return false;
    throw error;
  }
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

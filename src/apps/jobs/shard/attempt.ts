import { randomBytes } from 'node:crypto';
import type { SourceLine } from '../../../flow/journal/journal-lines.js';
import { readLines } from '../../../flow/journal/read.js';
import path from 'node:path';
import { SrganError, systemCode } from '../../../system/errors.js';
import { readdir, stat, writeFile, rm } from '../../../system/files/fs.js';
import { makeDirectory } from '../../../system/files/write-files.js';
import { openSweep } from '../../../system/files/left-over.js';
import { joinPlace } from '../../../system/files/address.js';
import { putWhole, type Storages } from '../../../places/storage/storages.js';
import { openScratch } from '../../../places/storage/scratch.js';
import { untrackTempPath, trackTempPath, tempName } from '../../../system/files/temp-files.js';

/**
 * An attempt at a shard has a journal of its own, since a worker that stalled may still write to the one before.
 * What earlier attempts have done is passed over, and known to be ours.
 */
export interface Attempt {
  /** A file of this machine. */
  readonly journal: string;
  /** By which results that lie in a store tell that they are of this shard; undefined where the journal tells. */
  readonly work: string | undefined;
  /** Whether other attempts have written since this one began. */
  isBehind(): Promise<boolean>;
  /**
   * Puts the journal where it outlives this machine.
   * @throws SrganError E_WRITE, E_NOSPC
   */
  keep(): Promise<void>;
  close(): Promise<void>;
}

/** Where the journals of attempts at a shard lie, and how their names begin. */
export interface JournalsPlace {
  readonly directory: string;
  readonly prefix: string;
}

export const JOURNAL_ENDING = '.ndjson';

/** By name they are sorted by time. */
export const journalName = ({ prefix }: JournalsPlace): string =>
  `${prefix}${Date.now().toString(36).padStart(9, '0')}${randomBytes(3).toString('hex')}${JOURNAL_ENDING}`;

/** The last that the journal says of each source, by its absolute path. */
export async function lastOf(journal: string): Promise<Map<string, SourceLine>> {
  const last = new Map<string, SourceLine>();
  for await (const lines of readLines(journal)) {
    for (const line of lines) if (line.kind === 'source') last.set(line.src, line);
  }
  return last;
}

/**
 * In a directory that all machines share every journal is there as far as it was written: an attempt's begins with
 * what the earlier ones say.
 * @throws SrganError E_OUT_DIR where the journal cannot be written, E_QUEUE where the earlier ones cannot be read
 */
export async function attemptInDirectory(place: JournalsPlace): Promise<Attempt> {
  const earlier = await journalsIn(place);
  const seen = await bytesOf(earlier);
  const journal = path.join(place.directory, journalName(place));
  try {
    if (earlier.length > 0) await takeOver(earlier, journal);
  } catch (cause) {
    throw new SrganError('E_OUT_DIR', `${journal}: the journal of a shard cannot be written.`, { cause });
  }
  return {
    journal,
    work: undefined,
    isBehind: async () => {
      const others = (await journalsIn(place)).filter((file) => file !== journal);
      return (await bytesOf(others)) > seen;
    },
    keep: () => Promise.resolve(),
    close: () => Promise.resolve(),
  };
}

/** Oldest first. */
async function journalsIn({ directory, prefix }: JournalsPlace): Promise<string[]> {
  const names = await readdir(directory).catch((cause: unknown) => {
    const code = systemCode(cause);
    if (code === 'ENOENT') return [];
    throw new SrganError('E_QUEUE', `${directory}: cannot be read (${code ?? 'unknown reason'}).`, { cause });
  });
  const own = names.filter((name) => name.startsWith(prefix) && name.endsWith(JOURNAL_ENDING));
  return own.sort().map((name) => path.join(directory, name));
}

async function takeOver(earlier: readonly string[], journal: string): Promise<void> {
  await makeDirectory(path.dirname(journal));
  await writeFile(journal, '', { flag: 'a' });
  for (const file of earlier) {
    for await (const lines of readLines(file)) {
      const kept = lines.filter(({ kind }) => kind === 'writing' || kind === 'source');
      await writeFile(journal, kept.map((line) => `${JSON.stringify(line)}\n`).join(''), { flag: 'a' });
    }
  }
}

async function bytesOf(files: readonly string[]): Promise<number> {
  const sizes = await Promise.all(
    files.map((file) =>
      stat(file).then(
        ({ size }) => size,
        () => 0,
      ),
    ),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

/**
 * An object cannot grow line by line, so the journal is a temp file until the attempt ends, and what a killed worker
 * had in it is lost. Nothing is missed: each result says itself which shard it is of and what it was made from, from
 * the moment that it is there.
 * @param work the same for all attempts at the shard, and for no other shard
 * @throws SrganError E_OUT_DIR where there is no place for the temp file
 */
export async function attemptInBucket(
  place: JournalsPlace,
  work: string,
  storages: Pick<Storages, 'of' | 'reading'>,
): Promise<Attempt> {
  const address = joinPlace(place.directory, journalName(place));
  const besideIt = await openScratch(storages, openSweep()).pathFor(address);
  const journal = path.join(path.dirname(besideIt), tempName(path.basename(besideIt)));
  trackTempPath(journal);
  return {
    journal,
    work,
    // where another one puts a result first, its bytes are the same and it counts as ours, or it is not ours
    isBehind: () => Promise.resolve(false),
    async keep() {
      await putWhole(await storages.of(address), address, { path: journal }, { replace: true });
    },
    async close() {
      await rm(journal, { force: true }).catch(() => undefined);
      untrackTempPath(journal);
    },
  };
}

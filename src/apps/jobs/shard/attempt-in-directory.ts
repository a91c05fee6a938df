import path from 'node:path';
import { SrganError, systemCode } from '../../../system/errors.js';
import { readdir, stat, writeFile } from '../../../system/files/fs.js';
import { readLines } from '../../../flow/journal/read.js';
import { makeDirectory } from '../../../system/files/write-files.js';
import { JOURNAL_ENDING, journalName, type Attempt, type JournalsPlace } from './attempt.js';

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

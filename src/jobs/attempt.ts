import { randomBytes } from 'node:crypto';
import { stat, writeFile } from '../files/fs.js';
import path from 'node:path';
import { SrganError } from '../errors.js';
import type { SourceLine } from '../journal/lines.js';
import { readLines } from '../journal/read.js';
import { makeDirectory } from '../make-directory.js';
import type { ManifestFiles } from './manifest.js';

/**
 * An attempt at a shard has a journal of its own, since a worker that stalled may still write to the one before. It
 * begins with what the earlier ones proved, so that what is done is passed over and known to be ours.
 */
export interface Attempt {
  readonly journal: string;
  /** Whether other attempts have written since this one began. */
  isBehind(): Promise<boolean>;
}

/** @throws SrganError E_OUT_DIR where the journal cannot be written */
export async function beginAttempt(files: ManifestFiles, shard: number): Promise<Attempt> {
  const earlier = await files.journals(shard);
  const seen = await bytesOf(earlier);
  const journal = files.journal(shard, attemptName());
  try {
    if (earlier.length > 0) await takeOver(earlier, journal);
  } catch (cause) {
    throw new SrganError('E_OUT_DIR', `${journal}: the journal of a shard cannot be written.`, { cause });
  }
  return {
    journal,
    isBehind: async () => {
      const others = (await files.journals(shard)).filter((file) => file !== journal);
      return (await bytesOf(others)) > seen;
    },
  };
}

/** By name they are sorted by time. */
const attemptName = () => `${Date.now().toString(36).padStart(9, '0')}${randomBytes(3).toString('hex')}`;

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

/** The last that the journal says of each source, by its absolute path. */
export async function lastOf(journal: string): Promise<Map<string, SourceLine>> {
  const last = new Map<string, SourceLine>();
  for await (const lines of readLines(journal)) {
    for (const line of lines) if (line.kind === 'source') last.set(line.src, line);
  }
  return last;
}

import { createHash } from 'node:crypto';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createReadStream, readdir } from '../../system/files/fs.js';

/** SHA-256 of files by their name. */
export type Digests = ReadonlyMap<string, string>;

/** Of all files of a directory. */
export async function digestsOf(directory: string): Promise<Digests> {
  const digests = new Map<string, string>();
  for (const name of (await readdir(directory)).sort()) {
    const hash = createHash('sha256');
    await pipeline(createReadStream(path.join(directory, name)), hash);
    digests.set(name, hash.digest('hex'));
  }
  return digests;
}

/** Names of the files that only one side has, or that are not the same, byte for byte. */
export function differing(expected: Digests, found: Digests): string[] {
  const names = new Set([...expected.keys(), ...found.keys()]);
  return [...names].filter((name) => expected.get(name) !== found.get(name)).sort();
}

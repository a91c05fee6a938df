import { SrganError, systemCode } from '../../system/errors.js';
import { realpath, stat } from '../../system/files/fs.js';
import { writeFailure } from '../../system/files/write-files.js';
import type { Settings } from '../../contract/options.js';
import { isRemote } from '../../system/files/address.js';
import { factsAt, type Storages } from '../../places/storage/storages.js';
import path from 'node:path';
import { createCompactSet } from '../../system/compact-set.js';
import { pathKey, type KeyOf } from './path-keys.js';
import type { Source } from '../../contract/job.js';
import type { Journal } from '../journal/journal.js';

/**
 * Checks the place of a result.
 * @param isInput tells whether an absolute path is that of a source of this run
 * @returns whether the result is written, or skipped because it exists
 * @throws SrganError E_OVERWRITE_INPUT, E_EXISTS, E_WRITE
 */
export async function checkOutput(
  output: string,
  source: string,
  existing: Settings['existing'],
  isInput: (path: string) => Promise<boolean>,
  storages: Pick<Storages, 'of'>,
): Promise<'free' | 'skip'> {
  if (await isInput(output)) throw overwritten(output, source);
  if (isRemote(output)) {
    if (output === source) throw overwritten(output, source);
    // without permission to look, the storage refuses at the end
    return existing !== 'overwrite' && (await factsAt(output, storages)) ? kept(output, existing) : 'free';
  }
  const there = await stat(output, { bigint: true }).catch((error: unknown) => {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw writeFailure(output, error);
  });
  if (!there) return 'free';

  const own = await stat(source, { bigint: true }).catch(() => undefined);
  const isOwn = own?.ino === there.ino && own.dev === there.dev;
  const real = await realpath(output).catch(() => output);
  if (isOwn || (await isInput(real))) throw overwritten(output, source);
  if (there.isDirectory()) {
    throw new SrganError(
      'E_WRITE',
      `${output}: is a directory, so the result of ${source} cannot be put there.`,
    );
  }
  return existing === 'overwrite' ? 'free' : kept(output, existing);
}

function kept(output: string, existing: 'skip' | 'refuse'): 'skip' {
  if (existing === 'skip') return 'skip';
  throw new SrganError('E_EXISTS', `${output}: is already there.`, {
    hint: 'Take --skip-existing to keep it, or --overwrite to replace it.',
  });
}

function overwritten(output: string, source: string): SrganError {
  return new SrganError('E_OVERWRITE_INPUT', `${source}: its result would replace the input ${output}.`, {
    hint: 'Name an output directory, or another name with --suffix or --name.',
  });
}

/** Number of claims that are kept with the source's name, for the message; the others only as hashes. */
const NAMED = 10_000;

/** Which source writes which output; the first one that claims a path gets it. */
export interface Claims {
  /** @throws SrganError E_COLLISION where another source has the path */
  claim(output: string, source: Claimant): Promise<void>;
}

export interface Claimant {
  readonly index: number;
  readonly path: string;
}

export function createClaims(keyOf: KeyOf): Claims {
  const claimed = createCompactSet();
  const named = new Map<string, Claimant>();

  return {
    async claim(output, source) {
      const key = await keyOf(output);
      if (claimed.add(key)) {
        // only the name is kept, since a source may carry a whole record of a list
        if (named.size < NAMED) named.set(key, { index: source.index, path: source.path });
        return;
      }
      const owner = named.get(key);
      if (owner?.index !== source.index) throw collision(source.path, output, owner?.path);
    },
  };
}

/** @param other the other source, where it is known */
export function collision(source: string, output: string, other: string | undefined): SrganError {
  const who =
    other === undefined ? 'another source' : other === source ? 'the same source a second time' : other;
  return new SrganError('E_COLLISION', `${source}: its result ${output} would be that of ${who} as well.`, {
    hint: hintFor(path.basename(source), other === source ? undefined : other && path.basename(other)),
  });
}

function hintFor(name: string, other: string | undefined): string {
  if (name === other) return 'Mirror the directory above both with --base.';
  if (other !== undefined && pathKey(name, FOLD_ALL) === pathKey(other, FOLD_ALL)) {
    return 'Upper and lower case, or two forms of a letter, are one name there: rename one of the sources.';
  }
  return 'Tell them apart with --name, such as {dir}/{name}.{srcext}.{ext}.';
}

const FOLD_ALL = { case: true, form: true };

/** Whether the existing file is, or may be, from an earlier attempt of this run; it is then always replaced. */
export function writtenByEarlierAttempt(
  output: string,
  { crashed, again }: Source,
  journal: Pick<Journal, 'wrote'> | undefined,
): boolean {
  return crashed?.dst === output || again?.dst === output || journal?.wrote(output) === true;
}

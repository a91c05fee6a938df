import path from 'node:path';
import { createCompactSet } from '../../system/compact-set.js';
import { SrganError } from '../../system/errors.js';
import { pathKey, type KeyOf } from './path-keys.js';

/** So many claims are remembered with the source's name, for the message; the rest as hashes alone. */
const NAMED = 10_000;

/** Who writes which output. The first source that claims a path has it. */
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
        // of a source no more than its name stays: it may carry a whole record of a list
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

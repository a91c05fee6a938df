import path from 'node:path';
import { createCompactSet } from '../compact-set.js';
import { SrganError } from '../errors.js';
import { pathKey } from './place.js';

/** So many claims are remembered with the source's name, for the message; the rest as hashes alone. */
const NAMED = 10_000;

/** Who writes which output. The first source that claims a path has it. */
export interface Claims {
  /** @throws SrganError E_COLLISION where another source has the path */
  claim(output: string, source: Claimant): void;
}

export interface Claimant {
  readonly index: number;
  readonly path: string;
}

export function createClaims(): Claims {
  const claimed = createCompactSet();
  const named = new Map<string, Claimant>();

  return {
    claim(output, source) {
      const key = pathKey(output);
      if (claimed.add(key)) {
        if (named.size < NAMED) named.set(key, source);
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
    hint:
      other !== undefined && path.basename(other) === path.basename(source) && other !== source
        ? 'Mirror the directory above both with --base.'
        : 'Tell them apart with --name, such as {dir}/{name}.{srcext}.{ext}.',
  });
}

import { SrganError } from '../../system/errors.js';
import type { Source } from '../../contract/job.js';
import { resolveOptions } from '../../flow/settings.js';
import { find } from '../../flow/stages/find.js';

export interface Chosen {
  /** In the order in which they were found. */
  readonly sources: readonly Source[];
  /** How many there are in all. */
  readonly found: number;
}

/**
 * At most `limit` of the images that the patterns name, as evenly as can be over the order in which they are found.
 * They are looked through twice, so that no list of millions is held.
 * @throws SrganError E_USAGE, E_NO_INPUT
 */
export async function chooseImages(
  patterns: readonly string[],
  limit: number,
  signal: AbortSignal,
): Promise<Chosen> {
  const settings = await resolveOptions({ inputs: patterns });
  let found = 0;
  for await (const { index } of find(settings, signal)) found = index + 1;
  signal.throwIfAborted();
  if (found === 0) {
    throw new SrganError('E_NO_INPUT', 'No image was found.', {
      hint: 'Quote globs, and check the paths.',
    });
  }
  const places = new Set(evenly(found, limit));
  const sources: Source[] = [];
  for await (const source of find(settings, signal)) if (places.has(source.index)) sources.push(source);
  signal.throwIfAborted();
  return { sources, found };
}

/** `limit` places out of `all`, each in the middle of its share; all of them where there are no more. */
export function evenly(all: number, limit: number): number[] {
  const taken = Math.min(all, limit);
  return Array.from({ length: taken }, (_, i) => Math.floor(((i + 0.5) * all) / taken));
}

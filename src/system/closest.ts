import { distance } from 'fastest-levenshtein';

/**
 * The candidate that a person most probably meant by `word`, if one is near enough: at most a third of its letters
 * differ, and at most three.
 */
export function closest(word: string, candidates: Iterable<string>): string | undefined {
  let best: string | undefined;
  let least = Math.min(3, Math.max(1, Math.ceil(word.length / 3))) + 1;
  for (const candidate of candidates) {
    const steps = distance(word.toLowerCase(), candidate.toLowerCase());
    if (steps >= least) continue;
    best = candidate;
    least = steps;
  }
  return best;
}

/** `Did you mean X? ` in front of a hint, or nothing where no candidate is near. */
export function didYouMean(word: string, candidates: Iterable<string>): string {
  const candidate = closest(word, candidates);
  return candidate === undefined ? '' : `Did you mean '${candidate}'? `;
}

import { distance } from 'fastest-levenshtein';

/**
 * Returns the candidate that a person most likely meant by `word`: at most a third of its letters differ, and at
 * most three.
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

/** Returns `Did you mean 'X'? ` to put in front of a hint, or '' if no candidate is close. */
export function didYouMean(word: string, candidates: Iterable<string>): string {
  const candidate = closest(word, candidates);
  return candidate === undefined ? '' : `Did you mean '${candidate}'? `;
}

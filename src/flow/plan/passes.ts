import type { Job } from '../../contract/job.js';
import { KERNEL_FACTORS, keepsSize } from '../../network/models/kernel-networks.js';
import { laterPass } from '../../contract/own-names.js';
import type { NetworkFamily } from '../../contract/ports.js';

/** Rounding may put a factor such as 1920 / 640 slightly above 3. */
const TOLERANCE = 1e-9;

/**
 * Returns the factors of the passes over an image. A network that keeps the size is run once, before its result is
 * enlarged by plain resampling.
 * @param wanted factor between the sizes of result and source
 */
export function passesFor(wanted: number, family: Pick<NetworkFamily, 'factors'>): number[] {
  return keepsSize(family)
    ? [1, ...choosePasses(wanted, KERNEL_FACTORS)]
    : choosePasses(wanted, family.factors);
}

/**
 * Chooses the network's factors to run in sequence: the smallest single one that reaches `wanted`; beyond the largest,
 * as few as possible with the smallest product, largest first. Empty up to a factor of 1.
 * @param factors ascending
 */
export function choosePasses(wanted: number, factors: readonly number[]): number[] {
  const needed = wanted * (1 - TOLERANCE);
  const largest = factors.at(-1);
  if (needed <= 1 || largest === undefined || largest <= 1) return [];
  const length = Math.max(1, Math.ceil(Math.log(needed) / Math.log(largest) - TOLERANCE));
  let best: number[] = [];
  let bestProduct = Infinity;

  const extend = (chain: number[], product: number) => {
    if (chain.length === length) {
      if (product >= needed && product < bestProduct) {
        best = chain;
        bestProduct = product;
      }
      return;
    }
    for (const factor of factors.filter((factor) => factor > 1).toReversed()) {
      if (factor <= (chain.at(-1) ?? largest)) extend([...chain, factor], product * factor);
    }
  };
  extend([], 1);
  return best;
}

/** The networks of a job, in the order in which they run. */
export function passesOf({
  model,
  passes,
}: Pick<Job, 'model' | 'passes'>): { readonly model: string; readonly factor: number }[] {
  return passes.map((factor, pass) => ({ model: pass === 0 ? model : laterPass(model), factor }));
}

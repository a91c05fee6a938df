import type { NetworkFamily } from '../../../contract/ports.js';

/** Factors by which a kernel enlarges what a network gave that has no factor but 1. */
export const KERNEL_FACTORS = [2, 3, 4, 5, 6, 7, 8] as const;

/** Whether a family holds nothing that enlarges: its network is run once, whatever the size of the result. */
export const keepsSize = ({ factors }: Pick<NetworkFamily, 'factors'>): boolean =>
  factors.every((factor) => factor === 1);

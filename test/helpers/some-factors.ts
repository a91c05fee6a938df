import { THOROUGH } from './thorough.js';

/** The factors that a packaged network is tried at: of those whose networks take long, one is told by. */
export const someFactors = (name: string, factors: readonly number[]): readonly number[] =>
  THOROUGH || name !== 'esrgan-thick' ? factors : factors.slice(0, 1);

import { spread, type Spread } from '../../flow/measured-runs/timed-run.js';
import type { Comparison } from '../../pixels/metrics/compare.js';
import type { Result } from './measure-contender.js';

/** What the table says of one contender. */
export interface ContenderFigures {
  readonly name: string;
  readonly baseline: boolean;
  readonly factors: readonly number[];
  /** It has the factor; otherwise its result was resized. */
  readonly native: boolean;
  /** Means in dB over the images, without those that some contender gives back exactly; undefined where none is left. */
  readonly psnrDb: { readonly rgb: number; readonly y: number } | undefined;
  /** Means over the images. */
  readonly ssim: { readonly rgb: number; readonly y: number };
  /** Pixels of the small images in the time from the first source to the last record, round by round. */
  readonly mpxPerSecond: Spread;
  readonly startUpMs: Spread;
  /** The largest of all rounds. */
  readonly peakRssBytes: number;
  readonly comparisons: readonly Comparison[];
}

export const SORTS = ['psnr', 'psnr-y', 'ssim', 'speed', 'memory', 'name'] as const;
export type Sort = (typeof SORTS)[number];

/** Of those that did not fail, in the order in which they ran. */
export function figuresOf(results: readonly Result[], scale: number): ContenderFigures[] {
  const whole = results.filter(({ failure }) => !failure);
  const exact = exactlyMade(results);
  return whole.map(({ contender: { name, baseline, factors }, comparisons, runs }) => ({
    name,
    baseline,
    factors,
    native: factors.includes(scale),
    psnrDb: meansOf(
      comparisons.filter((_, i) => !exact.has(i)),
      ({ psnrDb }) => psnrDb,
    ),
    ssim: meansOf(comparisons, ({ ssim }) => ssim ?? { rgb: NaN, y: NaN }) ?? { rgb: NaN, y: NaN },
    mpxPerSecond: spread(runs.map(({ inputPixels, timeMs }) => inputPixels / 1000 / timeMs)),
    startUpMs: spread(runs.map(({ startUpMs }) => startUpMs)),
    peakRssBytes: Math.max(...runs.map(({ peakRssBytes }) => peakRssBytes)),
    comparisons,
  }));
}

/** Images, by their place, whose PSNR is infinite for one contender: in a mean they would say nothing of the others. */
export function exactlyMade(results: readonly Result[]): ReadonlySet<number> {
  const places = results.flatMap(({ failure, comparisons }) =>
    failure
      ? []
      : comparisons.flatMap(({ psnrDb }, i) => (psnrDb.rgb === Infinity || psnrDb.y === Infinity ? [i] : [])),
  );
  return new Set(places);
}

function meansOf(
  comparisons: readonly Comparison[],
  of: (comparison: Comparison) => { rgb: number; y: number },
): { rgb: number; y: number } | undefined {
  if (comparisons.length === 0) return undefined;
  const mean = (channel: 'rgb' | 'y') =>
    comparisons.reduce((sum, one) => sum + of(one)[channel], 0) / comparisons.length;
  return { rgb: mean('rgb'), y: mean('y') };
}

/** The best first; those alike by name. */
export function sortedBy(figures: readonly ContenderFigures[], by: Sort): ContenderFigures[] {
  const worth = WORTH[by];
  return figures.toSorted((a, b) => worth(b) - worth(a) || (a.name < b.name ? -1 : 1));
}

const WORTH: Record<Sort, (one: ContenderFigures) => number> = {
  psnr: ({ psnrDb }) => psnrDb?.rgb ?? 0,
  'psnr-y': ({ psnrDb }) => psnrDb?.y ?? 0,
  ssim: ({ ssim }) => ssim.y,
  speed: ({ mpxPerSecond }) => mpxPerSecond.median,
  memory: ({ peakRssBytes }) => -peakRssBytes,
  name: () => 0,
};

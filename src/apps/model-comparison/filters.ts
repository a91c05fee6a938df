/** How the originals are made small. */
export const DOWNSCALE_FILTERS = ['bicubic', 'lanczos3', 'box'] as const;
export type DownscaleFilter = (typeof DOWNSCALE_FILTERS)[number];

/** One value of a row or column made smaller by a whole number is a weighted sum of neighbours, the same for each. */
export interface Taps {
  /** From the first of the `factor` values that become one to the first that counts; 0 or less. */
  readonly first: number;
  /** Their sum is 1. */
  readonly weights: Float64Array;
}

/**
 * The kernel is stretched by the factor, so that nothing finer than the result can hold is left in it, and stands over
 * the middle of the values that become one: what imresize of MATLAB does, whose bicubic (Keys, a = -0.5) is what papers
 * on super-resolution make their small images with.
 */
export function tapsOf(filter: DownscaleFilter, factor: number): Taps {
  const { reach, at } = KERNELS[filter];
  const centre = (factor - 1) / 2;
  const first = Math.ceil(centre - reach * factor);
  const last = Math.floor(centre + reach * factor);
  const raw = Float64Array.from({ length: last - first + 1 }, (_, i) =>
    at(Math.abs(first + i - centre) / factor),
  );
  const sum = raw.reduce((total, weight) => total + weight, 0);
  return { first, weights: raw.map((weight) => weight / sum) };
}

/** `reach` and `at` in pixels of the result. */
const KERNELS: Record<DownscaleFilter, { reach: number; at: (distance: number) => number }> = {
  bicubic: { reach: 2, at: keys },
  lanczos3: { reach: 3, at: (x) => (x < 3 ? sinc(x) * sinc(x / 3) : 0) },
  box: { reach: 0.5, at: () => 1 },
};

/** R. Keys, "Cubic convolution interpolation for digital image processing", 1981, with a = -0.5. */
function keys(x: number): number {
  if (x <= 1) return 1.5 * x ** 3 - 2.5 * x ** 2 + 1;
  return x < 2 ? -0.5 * x ** 3 + 2.5 * x ** 2 - 4 * x + 2 : 0;
}

const sinc = (x: number) => (x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x));

/** The place inside 0..length-1 that one outside stands for: the row is continued by its own mirror image. */
export function mirrored(at: number, length: number): number {
  const place = ((at % (2 * length)) + 2 * length) % (2 * length);
  return place < length ? place : 2 * length - 1 - place;
}

/** What repeated measurements say of one thing. */
export interface Spread {
  readonly min: number;
  readonly median: number;
  readonly max: number;
}

/** @param values at least one */
export function spread(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (index: number) => sorted[index] ?? NaN;
  const middle = Math.floor(sorted.length / 2);
  const median = sorted.length % 2 === 1 ? at(middle) : (at(middle - 1) + at(middle)) / 2;
  return { min: at(0), median, max: at(sorted.length - 1) };
}

/** The spread of what `convert`, which rises or falls throughout, makes of the values. */
export function converted({ min, median, max }: Spread, convert: (value: number) => number): Spread {
  return spread([convert(min), convert(median), convert(max)]);
}

export interface Reading {
  readonly x: number;
  readonly y: number;
}

export type Verdict = 'steady' | 'growing' | 'too short to tell';

/** Whether readings rise, judged by a line fit that is robust to outliers. */
export interface Trend {
  readonly verdict: Verdict;
  /** Slope of the line, in y per x. */
  readonly slope: number;
  /** Rise of the line over the range of the readings. */
  readonly rise: number;
  /** Scaled median absolute deviation of the readings from the line. */
  readonly spread: number;
  readonly readings: number;
}

export const MIN_READINGS = 20;

/** All pairs are compared, so larger sets of readings are thinned to this many. */
const MAX_READINGS = 300;

/** To count as growing, the rise must exceed SPREADS × spread and SHARE × the median reading. */
export const SPREADS = 2;
export const SHARE = 0.01;

/** The second half of the readings must still rise by this share of the whole line's slope. */
export const LASTING = 0.25;

/**
 * Reports growth if the Theil–Sen line (the median of the slopes of all pairs; Sen 1968, Journal of the American
 * Statistical Association 63) rises by more than twice the spread around it and by more than 1 % of the median
 * reading, and the later half of the readings still rises: memory that levels off is not a leak.
 * @param readings ordered by x
 */
export function trendOf(readings: readonly Reading[]): Trend {
  const points = thinnedToMedians(readings, MAX_READINGS);
  const { slope, rise, spread } = lineThrough(points);
  const trend = { slope, rise, spread, readings: readings.length };
  if (readings.length < MIN_READINGS) return { ...trend, verdict: 'too short to tell' };
  const later = lineThrough(points.slice(Math.floor(points.length / 2)));
  const enough = Math.max(SPREADS * spread, SHARE * median(points.map(({ y }) => y)));
  return { ...trend, verdict: rise > enough && later.slope >= LASTING * slope ? 'growing' : 'steady' };
}

/** Reduces readings to `max` points: the median x and y of each group of neighbours. */
function thinnedToMedians(readings: readonly Reading[], max: number): readonly Reading[] {
  if (readings.length <= max) return readings;
  return Array.from({ length: max }, (_, i) => {
    const from = Math.floor((i * readings.length) / max);
    const group = readings.slice(from, Math.floor(((i + 1) * readings.length) / max));
    return { x: median(group.map(({ x }) => x)), y: median(group.map(({ y }) => y)) };
  });
}

function lineThrough(points: readonly Reading[]) {
  const slope = theilSen(points);
  const rests = points.map(({ x, y }) => y - slope * x);
  const middle = median(rests);
  // 1.4826 scales it to the standard deviation of a normal distribution
  const spread = 1.4826 * median(rests.map((rest) => Math.abs(rest - middle)));
  const span = (points.at(-1)?.x ?? 0) - (points[0]?.x ?? 0);
  return { slope, rise: slope * span, spread };
}

/** Returns the median slope of all pairs of points, or 0 if fewer than two have distinct x. */
export function theilSen(points: readonly Reading[]): number {
  const slopes: number[] = [];
  for (const [i, a] of points.entries()) {
    for (const b of points.slice(i + 1)) if (b.x > a.x) slopes.push((b.y - a.y) / (b.x - a.x));
  }
  return median(slopes);
}

/** Returns the median, or 0 if there are no values. */
export function median(values: readonly number[]): number {
  const sorted = Float64Array.from(values).sort();
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? 0)) / 2;
}

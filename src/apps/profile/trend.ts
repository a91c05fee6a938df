export interface Reading {
  readonly x: number;
  readonly y: number;
}

export type Verdict = 'steady' | 'growing' | 'too short to tell';

/** Whether readings rise, by a line that outliers do not move. */
export interface Trend {
  readonly verdict: Verdict;
  /** Of the line, in y per x. */
  readonly slope: number;
  /** How far the line rises over the readings. */
  readonly rise: number;
  /** How far readings usually are from the line: their scaled median absolute deviation. */
  readonly spread: number;
  readonly readings: number;
}

export const LEAST_READINGS = 20;

/** Pairs are compared each with each; so many stand for any number of readings. */
const MOST_READINGS = 300;

/** What the rise must exceed to count: the spread this often, and this share of the readings themselves. */
export const SPREADS = 2;
export const SHARE = 0.01;

/** The second half of the readings must still rise by this share of the whole line's slope. */
export const LASTING = 0.25;

/**
 * Growing, if the Theil–Sen line (the median of the slopes of all pairs; Sen 1968, Journal of the American
 * Statistical Association 63) rises by more than twice the spread around it and by more than 1 % of the median
 * reading, and the later half of the readings still rises: what levels off is no leak.
 * @param readings ordered by x
 */
export function trendOf(readings: readonly Reading[]): Trend {
  const points = thinnedToMedians(readings, MOST_READINGS);
  const { slope, rise, spread } = lineThrough(points);
  const trend = { slope, rise, spread, readings: readings.length };
  if (readings.length < LEAST_READINGS) return { ...trend, verdict: 'too short to tell' };
  const later = lineThrough(points.slice(Math.floor(points.length / 2)));
  const enough = Math.max(SPREADS * spread, SHARE * median(points.map(({ y }) => y)));
  return { ...trend, verdict: rise > enough && later.slope >= LASTING * slope ? 'growing' : 'steady' };
}

/** Groups of neighbours, each as the median of its places and of its readings. */
function thinnedToMedians(readings: readonly Reading[], most: number): readonly Reading[] {
  if (readings.length <= most) return readings;
  return Array.from({ length: most }, (_, i) => {
    const from = Math.floor((i * readings.length) / most);
    const group = readings.slice(from, Math.floor(((i + 1) * readings.length) / most));
    return { x: median(group.map(({ x }) => x)), y: median(group.map(({ y }) => y)) };
  });
}

function lineThrough(points: readonly Reading[]) {
  const slope = theilSen(points);
  const rests = points.map(({ x, y }) => y - slope * x);
  const middle = median(rests);
  // 1.4826 makes it the standard deviation of what is normally distributed
  const spread = 1.4826 * median(rests.map((rest) => Math.abs(rest - middle)));
  const span = (points.at(-1)?.x ?? 0) - (points[0]?.x ?? 0);
  return { slope, rise: slope * span, spread };
}

/** 0 where there are no two places. */
export function theilSen(points: readonly Reading[]): number {
  const slopes: number[] = [];
  for (const [i, a] of points.entries()) {
    for (const b of points.slice(i + 1)) if (b.x > a.x) slopes.push((b.y - a.y) / (b.x - a.x));
  }
  return median(slopes);
}

/** 0 of nothing. */
export function median(values: readonly number[]): number {
  const sorted = Float64Array.from(values).sort();
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? 0)) / 2;
}

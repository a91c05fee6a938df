export interface Point {
  readonly x: number;
  readonly y: number;
  /** The range that was measured, drawn as a band. */
  readonly low?: number;
  readonly high?: number;
  /** Shown for the point, instead of its values. */
  readonly title?: string;
}

/** Above so many points they are not drawn one by one. */
export const DENSE = 60;

/**
 * Keeps what can be seen of a curve in `columns` columns: of each its first, least, greatest and last point.
 * @param share place of a point along the axis, 0..1
 */
export function thinned(
  points: readonly Point[],
  columns: number,
  share: (x: number) => number,
): readonly Point[] {
  if (points.length <= columns * 2) return points;
  const kept: Point[] = [];
  for (let from = 0, to = 0; from < points.length; from = to) {
    const column = Math.floor(share(points[from]?.x ?? 0) * columns);
    while (to < points.length && Math.floor(share(points[to]?.x ?? 0) * columns) === column) to += 1;
    const group = points.slice(from, Math.max(to, from + 1));
    to = from + group.length;
    const least = group.reduce((a, b) => (b.y < a.y ? b : a));
    const greatest = group.reduce((a, b) => (b.y > a.y ? b : a));
    const chosen = new Set([group[0], least, greatest, group.at(-1)]);
    kept.push(...group.filter((point) => chosen.has(point)));
  }
  return kept;
}

/** The last point that is not after `x`; points are ordered by x. */
export function pointBefore(points: readonly Point[], x: number): Point | undefined {
  let low = 0;
  let high = points.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((points[middle]?.x ?? Infinity) <= x) low = middle + 1;
    else high = middle;
  }
  return points[low - 1];
}

/** An SVG path through places of the picture; `steps` holds each value until the next. */
export function path(places: readonly (readonly [number, number])[], steps = false): string {
  return places.map(([x, y], i) => (i === 0 ? `M${x} ${y}` : steps ? `H${x}V${y}` : `L${x} ${y}`)).join('');
}

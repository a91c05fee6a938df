type Colour = readonly [red: number, green: number, blue: number];

/** From nothing to the largest difference: ever lighter, so that it reads without colour too. */
const STOPS: readonly Colour[] = [
  [10, 8, 26],
  [62, 18, 92],
  [140, 32, 96],
  [206, 62, 58],
  [243, 134, 28],
  [250, 205, 74],
  [255, 252, 214],
];

export const HEAT_COLOURS: readonly Colour[] = Array.from({ length: 256 }, (_, i) => {
  const place = (i / 255) * (STOPS.length - 1);
  const from = STOPS[Math.floor(place)] ?? [0, 0, 0];
  const to = STOPS[Math.ceil(place)] ?? from;
  const blend = (c: 0 | 1 | 2) => Math.round(from[c] + (to[c] - from[c]) * (place % 1));
  return [blend(0), blend(1), blend(2)];
});

/** Where a difference lies on the scale, 0..1: by its square root, so that small ones can be seen. */
export const heatOf = (difference: number, largest: number): number =>
  largest > 0 ? Math.sqrt(difference / largest) : 0;

/** The difference at a place 0..1 of the scale. */
export const differenceAt = (heat: number, largest: number): number => heat ** 2 * largest;

/** The scale as a CSS gradient from left to right. */
export const HEAT_GRADIENT = `linear-gradient(to right, ${STOPS.map((stop) => `rgb(${stop.join(' ')})`).join(', ')})`;

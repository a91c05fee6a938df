/** Code points of ITU-T H.273 by which AVIF (nclx) and PNG (cICP) state what their colours mean. */
export interface ColourCoding {
  readonly primaries: number;
  readonly transfer: number;
}

/** x and y of red, green, blue and white (CIE 1931). */
export type Chromaticities = readonly [red: Point, green: Point, blue: Point, white: Point];
export type Point = readonly [x: number, y: number];

const D65: Point = [0.3127, 0.329];
const C: Point = [0.31, 0.316];

export const SRGB: Chromaticities = [[0.64, 0.33], [0.3, 0.6], [0.15, 0.06], D65];
const NTSC: Chromaticities = [[0.63, 0.34], [0.31, 0.595], [0.155, 0.07], D65];

/** H.273, table 2. */
const PRIMARIES: Readonly<Record<number, Chromaticities>> = {
  1: SRGB,
  2: SRGB,
  4: [[0.67, 0.33], [0.21, 0.71], [0.14, 0.08], C],
  5: [[0.64, 0.33], [0.29, 0.6], [0.15, 0.06], D65],
  6: NTSC,
  7: NTSC,
  8: [[0.681, 0.319], [0.243, 0.692], [0.145, 0.049], C],
  9: [[0.708, 0.292], [0.17, 0.797], [0.131, 0.046], D65],
  11: [
    [0.68, 0.32],
    [0.265, 0.69],
    [0.15, 0.06],
    [0.314, 0.351],
  ],
  12: [[0.68, 0.32], [0.265, 0.69], [0.15, 0.06], D65],
  22: [[0.63, 0.34], [0.295, 0.605], [0.155, 0.077], D65],
};

/** A power, or the curve of sRGB. */
export type Curve = 'srgb' | number;

/** H.273, table 3; the curves of cameras for video are met by displays much like that of sRGB. */
const CURVES: Readonly<Record<number, Curve>> = {
  1: 'srgb',
  2: 'srgb',
  4: 2.2,
  5: 2.8,
  6: 'srgb',
  8: 1,
  13: 'srgb',
  14: 'srgb',
  15: 'srgb',
};

const HDR: Readonly<Record<number, string>> = { 16: 'PQ', 18: 'HLG' };

/** What the values of an image mean, so far as a profile can say it. */
export interface Meaning {
  readonly primaries: Chromaticities;
  readonly curve: Curve;
}

/** Undefined where no profile of three primaries and a curve says it, as for HDR. */
export function meaningOf({ primaries, transfer }: ColourCoding): Meaning | undefined {
  const points = PRIMARIES[primaries];
  const curve = CURVES[transfer];
  return points && curve !== undefined ? { primaries: points, curve } : undefined;
}

/** Whether that is sRGB, which needs no saying. */
export const isSrgb = ({ primaries, curve }: Meaning) =>
  curve === 'srgb' &&
  primaries.every((point, i) =>
    point.every((value, axis) => Math.abs(value - (SRGB[i]?.[axis] ?? 0)) < 0.002),
  );

/** For people, such as `HDR (PQ)`. */
export function titleOf({ primaries, transfer }: ColourCoding): string {
  const hdr = HDR[transfer];
  return hdr === undefined ? `coded as ${primaries}/${transfer} of H.273` : `HDR (${hdr})`;
}

import type { StatedColour } from '../../../contract/job.js';
import { inspectBytes, type ByteSource } from '../byte-source.js';
import { type CodePoints, codingOfHeif } from './heif.js';

/** Colour information other than an embedded profile: code points of ITU-T H.273, or PNG's gamma and primaries. */
export interface ReadColour {
  /** An equivalent ICC profile, if there is one. */
  readonly icc?: Buffer;
  readonly stated?: StatedColour;
}

/** Code points that every program shows as sRGB: BT.709, sRGB, BT.601 and unspecified. */
const SRGB_LIKE = { primaries: [1, 2, 5, 6, 7], transfer: [1, 2, 6, 13, 14, 15] };
const P3 = 12;
const SRGB_TRANSFER = [2, 13];

const MAX_CHUNKS = 1000;
/** PNG's gamma for sRGB, and the tolerance around it. */
const SRGB_GAMMA = 0.45455;
const GAMMA_TOLERANCE = 0.02;

/**
 * Reads the colour information of a file without a profile.
 * @param gray whether the pixels have one channel
 */
export function statedColour(path: string, format: string, gray: boolean): ReadColour {
  if (format === 'png') return inspectBytes(path, {}, (file) => pngColour(file, gray));
  if (format === 'heif')
    return inspectBytes(path, {}, (file) => colourOfCodePoints(codingOfHeif(file), gray));
  return {};
}

/** cICP takes precedence over sRGB, and sRGB over gAMA and cHRM (W3C PNG 3, 4.3). */
function pngColour(file: ByteSource, gray: boolean): ReadColour {
  let at = 8;
  let gamma: number | undefined;
  let primaries: Chromaticities | undefined;
  let isSrgb = false;
  const chunks: Buffer[] = [];
  for (let count = 0; count < MAX_CHUNKS; count += 1) {
    const head = file.read(at, 8);
    const [length, kind] = [head.readUInt32BE(0), head.toString('latin1', 4)];
    if (kind === 'IDAT' || kind === 'IEND') break;
    if (kind === 'cICP') {
      const [p = 0, t = 0] = file.read(at + 8, 4);
      return colourOfCodePoints({ primaries: p, transfer: t }, gray);
    }
    if (kind === 'sRGB') isSrgb = true;
    if (kind === 'gAMA') gamma = file.read(at + 8, 4).readUInt32BE() / 100_000;
    if (kind === 'cHRM') primaries = chromaticities(file.read(at + 8, 32));
    if (kind === 'gAMA' || kind === 'cHRM') chunks.push(Buffer.from(file.read(at, 12 + length)));
    at += 12 + length;
  }
  if (isSrgb || chunks.length === 0) return {};
  const isUsual = gamma === undefined || Math.abs(gamma - SRGB_GAMMA) < GAMMA_TOLERANCE;
  if (isUsual && (primaries === undefined || gray || isSrgbLike(primaries))) return { stated: { chunks } };
  try {
    const transfer = isUsual ? 'srgb' : { gamma: 1 / (gamma ?? SRGB_GAMMA) };
    return { icc: matrixProfile(primaries ?? SRGB, transfer, gray), stated: { chunks } };
  } catch {
    // degenerate primaries mean nothing
    return {};
  }
}

function chromaticities(data: Buffer): Chromaticities {
  const at = (i: number) =>
    [data.readUInt32BE(8 * i) / 100_000, data.readUInt32BE(8 * i + 4) / 100_000] as const;
  return { white: at(0), red: at(1), green: at(2), blue: at(3) };
}

function isSrgbLike(own: Chromaticities): boolean {
  return (['white', 'red', 'green', 'blue'] as const).every((name) =>
    own[name].every((value, i) => Math.abs(value - (SRGB[name][i] ?? D65[0])) < 0.005),
  );
}

function colourOfCodePoints(codes: CodePoints | undefined, gray: boolean): ReadColour {
  if (!codes) return {};
  const { primaries, transfer } = codes;
  if (SRGB_LIKE.primaries.includes(primaries) && SRGB_LIKE.transfer.includes(transfer)) return {};
  if (primaries === P3 && SRGB_TRANSFER.includes(transfer))
    return { icc: matrixProfile(DISPLAY_P3, 'srgb', gray) };
  return { stated: { cicp: codes } };
}

/** CIE xy chromaticities of the white point and the primaries. */
export interface Chromaticities {
  readonly white: readonly [x: number, y: number];
  readonly red: readonly [x: number, y: number];
  readonly green: readonly [x: number, y: number];
  readonly blue: readonly [x: number, y: number];
}

/** The transfer curve from stored values to linear light: a power, or that of sRGB. */
export type Transfer = { readonly gamma: number } | 'srgb';

export const D65 = [0.3127, 0.329] as const;
export const SRGB: Chromaticities = { white: D65, red: [0.64, 0.33], green: [0.3, 0.6], blue: [0.15, 0.06] };
export const DISPLAY_P3: Chromaticities = {
  white: D65,
  red: [0.68, 0.32],
  green: [0.265, 0.69],
  blue: [0.15, 0.06],
};

type Vector = readonly [number, number, number];
type Matrix = readonly [Vector, Vector, Vector];

/** XYZ of the white point of ICC profiles. */
const D50: Vector = [0.9642, 1, 0.8249];
const BRADFORD: Matrix = [
  [0.8951, 0.2664, -0.1614],
  [-0.7502, 1.7135, 0.0367],
  [0.0389, -0.0685, 1.0296],
];

/**
 * Makes a small ICC profile (ICC.1:2010, version 4) for a display with these primaries and transfer curve; for gray,
 * only the curve matters.
 * @throws RangeError if the primaries are degenerate
 */
export function matrixProfile(
  { white, red, green, blue }: Chromaticities,
  transfer: Transfer,
  gray: boolean,
): Buffer {
  const curve = curveTag(transfer);
  const tags: [signature: string, data: Buffer][] = [
    ['desc', text('Colours as the file states them')],
    ['cprt', text('No copyright')],
    ['wtpt', xyzTag(D50)],
  ];
  if (gray) tags.push(['kTRC', curve]);
  else {
    const toWhite = whiteOf(white);
    const primaries: Matrix = [xyz(red), xyz(green), xyz(blue)];
    // the luminance of each primary, so that their sum is the white point
    const scale = multiply(inverse(transposed(primaries)), toWhite);
    const adapt = adaptation(toWhite);
    primaries.forEach((primary, i) => {
      const scaled = primary.map((value) => value * (scale[i] ?? 0)) as unknown as Vector;
      tags.push([`${'rgb'[i]}XYZ`, xyzTag(multiply(adapt, scaled))]);
    });
    for (const channel of 'rgb') tags.push([`${channel}TRC`, curve]);
  }
  return profileOf(gray, tags);
}

function profileOf(gray: boolean, tags: readonly [string, Buffer][]): Buffer {
  const header = Buffer.alloc(128);
  header.writeUInt32BE(0x04200000, 8);
  header.write(`mntr${gray ? 'GRAY' : 'RGB '}XYZ `, 12, 'latin1');
  header.write('acsp', 36, 'latin1');
  D50.forEach((value, i) => header.writeInt32BE(fixed(value), 68 + 4 * i));
  const table = Buffer.alloc(4 + 12 * tags.length);
  table.writeUInt32BE(tags.length, 0);
  const bodies: Buffer[] = [];
  let at = header.length + table.length;
  tags.forEach(([signature, data], i) => {
    table.write(signature, 4 + 12 * i, 'latin1');
    table.writeUInt32BE(at, 8 + 12 * i);
    table.writeUInt32BE(data.length, 12 + 12 * i);
    const padded = Buffer.concat([data, Buffer.alloc((4 - (data.length % 4)) % 4)]);
    bodies.push(padded);
    at += padded.length;
  });
  header.writeUInt32BE(at, 0);
  return Buffer.concat([header, table, ...bodies]);
}

/** A parametric curve of type 0 (a power) or 3 (a power with a linear start). */
function curveTag(transfer: Transfer): Buffer {
  const [kind, values] =
    transfer === 'srgb' ? [3, [2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045]] : [0, [transfer.gamma]];
  const tag = Buffer.alloc(12 + 4 * values.length);
  tag.write('para', 0, 'latin1');
  tag.writeUInt16BE(kind, 8);
  values.forEach((value, i) => tag.writeInt32BE(fixed(value), 12 + 4 * i));
  return tag;
}

function xyzTag(value: Vector): Buffer {
  const tag = Buffer.alloc(20);
  tag.write('XYZ ', 0, 'latin1');
  value.forEach((each, i) => tag.writeInt32BE(fixed(each), 8 + 4 * i));
  return tag;
}

function text(words: string): Buffer {
  const utf16 = Buffer.from(words, 'utf16le').swap16();
  const tag = Buffer.alloc(28);
  tag.write('mluc', 0, 'latin1');
  tag.writeUInt32BE(1, 8);
  tag.writeUInt32BE(12, 12);
  tag.write('enUS', 16, 'latin1');
  tag.writeUInt32BE(utf16.length, 20);
  tag.writeUInt32BE(28, 24);
  return Buffer.concat([tag, utf16]);
}

/** s15Fixed16. */
const fixed = (value: number) => Math.round(value * 65536);

const xyz = ([x, y]: readonly [number, number]): Vector => [x, y, 1 - x - y];
const whiteOf = ([x, y]: readonly [number, number]): Vector => [x / y, 1, (1 - x - y) / y];

/** Returns the Bradford adaptation from a white point to D50. */
function adaptation(white: Vector): Matrix {
  const [from, to] = [multiply(BRADFORD, white), multiply(BRADFORD, D50)];
  const scaled = BRADFORD.map((row, i) =>
    row.map((value) => (value * (to[i] ?? 1)) / (from[i] ?? 1)),
  ) as unknown as Matrix;
  const back = inverse(BRADFORD);
  return transposed(transposed(scaled).map((column) => multiply(back, column)) as unknown as Matrix);
}

function multiply(matrix: Matrix, vector: Vector): Vector {
  return matrix.map((row) =>
    row.reduce((sum, value, i) => sum + value * (vector[i] ?? 0), 0),
  ) as unknown as Vector;
}

function transposed(matrix: Matrix): Matrix {
  return [0, 1, 2].map((i) => matrix.map((row) => row[i] ?? 0)) as unknown as Matrix;
}

function inverse([[a, b, c], [d, e, f], [g, h, i]]: Matrix): Matrix {
  const determinant = a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g);
  if (!Number.isFinite(1 / determinant)) throw new RangeError('The primaries span no colours.');
  const over = (value: number) => value / determinant;
  return [
    [over(e * i - f * h), over(c * h - b * i), over(b * f - c * e)],
    [over(f * g - d * i), over(a * i - c * g), over(c * d - a * f)],
    [over(d * h - e * g), over(b * g - a * h), over(a * e - b * d)],
  ];
}

import type { Chromaticities, Meaning, Point } from './coding.js';

type Triple = readonly [number, number, number];
type Matrix = readonly [Triple, Triple, Triple];

/** The white of profiles (ICC.1:2022, 7.2.16). */
const D50: Triple = [0.9642, 1, 0.8249];

const BRADFORD: Matrix = [
  [0.8951, 0.2664, -0.1614],
  [-0.7502, 1.7135, 0.0367],
  [0.0389, -0.0685, 1.0296],
];

/**
 * An ICC profile (ICC.1:2022) of a display with these primaries and this curve, or of its gray alone.
 * @throws RangeError where the primaries span no triangle
 */
export function makeProfile({ primaries, curve }: Meaning, isGray: boolean): Buffer {
  const { colorants, adaptation } = adapted(primaries);
  const tone = curve === 'srgb' ? SRGB_CURVE : parametric(0, [curve]);
  const tags: [string, Buffer][] = [
    ['desc', text(isGray ? 'Gray as stated by the source' : 'Colours as stated by the source')],
    ['cprt', text('No copyright')],
    ['wtpt', xyz(D50)],
    ['chad', fixedOf('sf32', adaptation.flat())],
  ];
  if (isGray) tags.push(['kTRC', tone]);
  else {
    ['rXYZ', 'gXYZ', 'bXYZ'].forEach((name, i) => tags.push([name, xyz(column(colorants, i))]));
    for (const name of ['rTRC', 'gTRC', 'bTRC']) tags.push([name, tone]);
  }
  return withTags(tags, isGray);
}

const HEADER_BYTES = 128;

function withTags(tags: readonly (readonly [string, Buffer])[], isGray: boolean): Buffer {
  const table = Buffer.alloc(4 + 12 * tags.length);
  table.writeUInt32BE(tags.length, 0);
  const places = new Map<Buffer, number>();
  const bodies: Buffer[] = [];
  let end = HEADER_BYTES + table.length;
  tags.forEach(([name, data], i) => {
    const at = places.get(data) ?? end;
    if (at === end) {
      places.set(data, at);
      bodies.push(data);
      end += data.length;
    }
    table.write(name, 4 + 12 * i, 'latin1');
    table.writeUInt32BE(at, 8 + 12 * i);
    table.writeUInt32BE(data.length, 12 + 12 * i);
  });
  const head = Buffer.alloc(HEADER_BYTES);
  head.writeUInt32BE(end, 0);
  head.writeUInt32BE(0x04400000, 8);
  head.write(`mntr${isGray ? 'GRAY' : 'RGB '}XYZ `, 12, 'latin1');
  // a fixed day, so that equal sources give equal bytes
  [2024, 1, 1].forEach((part, i) => head.writeUInt16BE(part, 24 + 2 * i));
  head.write('acsp', 36, 'latin1');
  xyz(D50).copy(head, 68, 8);
  return Buffer.concat([head, table, ...bodies]);
}

/** The primaries as columns, adapted to the white of profiles by Bradford's method. */
function adapted([red, green, blue, white]: Chromaticities): { colorants: Matrix; adaptation: Matrix } {
  const points = transposed([ofPoint(red), ofPoint(green), ofPoint(blue)]);
  const sums = times(inverse(points), ofPoint(white));
  const colorants = points.map((row) => row.map((value, i) => value * at(sums, i))) as unknown as Matrix;
  const from = times(BRADFORD, ofPoint(white));
  const to = times(BRADFORD, D50);
  const scaled = BRADFORD.map((row, i) =>
    row.map((value) => (value * at(to, i)) / at(from, i)),
  ) as unknown as Matrix;
  const adaptation = product(inverse(BRADFORD), scaled);
  return { colorants: product(adaptation, colorants), adaptation };
}

const at = (values: Triple, i: number) => values[i] ?? 0;

const ofPoint = ([x, y]: Point): Triple => [x / y, 1, (1 - x - y) / y];

const column = (matrix: Matrix, i: number): Triple => [at(matrix[0], i), at(matrix[1], i), at(matrix[2], i)];

const transposed = (matrix: Matrix): Matrix => [column(matrix, 0), column(matrix, 1), column(matrix, 2)];

const times = ([a, b, c]: Matrix, v: Triple): Triple => [dot(a, v), dot(b, v), dot(c, v)];

const dot = (a: Triple, b: Triple) => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];

const cross = (a: Triple, b: Triple): Triple => [
  a[1] * b[2] - a[2] * b[1],
  a[2] * b[0] - a[0] * b[2],
  a[0] * b[1] - a[1] * b[0],
];

const product = (a: Matrix, b: Matrix): Matrix =>
  transposed([times(a, column(b, 0)), times(a, column(b, 1)), times(a, column(b, 2))]);

function inverse([a, b, c]: Matrix): Matrix {
  const determinant = dot(a, cross(b, c));
  if (!(Math.abs(determinant) > 1e-9)) throw new RangeError('The primaries span no triangle');
  const scaled = (v: Triple): Triple => [v[0] / determinant, v[1] / determinant, v[2] / determinant];
  return transposed([scaled(cross(b, c)), scaled(cross(c, a)), scaled(cross(a, b))]);
}

const xyz = (value: Triple) => fixedOf('XYZ ', value);

/** Numbers of 16 bits before and 16 behind the point. */
function fixedOf(type: string, values: readonly number[], head = Buffer.alloc(8)): Buffer {
  head.write(type, 0, 'latin1');
  const data = Buffer.alloc(4 * values.length);
  values.forEach((value, i) => data.writeInt32BE(Math.round(value * 65536), 4 * i));
  return Buffer.concat([head, data]);
}

function parametric(kind: number, values: readonly number[]): Buffer {
  const head = Buffer.alloc(12);
  head.writeUInt16BE(kind, 8);
  return fixedOf('para', values, head);
}

/** IEC 61966-2-1 as type 3 of ICC.1:2022, 10.18. */
const SRGB_CURVE = parametric(3, [2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045]);

function text(words: string): Buffer {
  const head = Buffer.alloc(28);
  head.write('mluc', 0, 'latin1');
  head.writeUInt32BE(1, 8);
  head.writeUInt32BE(12, 12);
  head.write('enUS', 16, 'latin1');
  head.writeUInt32BE(2 * words.length, 20);
  head.writeUInt32BE(head.length, 24);
  const letters = Buffer.from(words, 'utf16le').swap16();
  return Buffer.concat([head, letters, Buffer.alloc(-letters.length & 3)]);
}

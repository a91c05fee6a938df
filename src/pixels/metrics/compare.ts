import { SrganError } from '../../system/errors.js';
import { expected } from '../../system/expect.js';
import { openDifferenceMap, openHistogram, rowDifferences, type DifferenceMap } from './differences.js';
import { openSimilarity, type Similarity } from './psnr-ssim.js';
import { openRows, type Rows, planeReader, shapeOfPair, type PlaneRow } from './open-rows.js';

export interface CompareOptions {
  /** Pixels to ignore at each side; papers on super-resolution use the factor. Default 0. */
  shavePx?: number;
  /** Returns the cell size of the difference map in pixels for a page size. Without it, there is no map. */
  cellPx?: (widthPx: number, heightPx: number) => number;
  /** For single images of different sizes, compare their common part from the top left corner. Default false. */
  common?: boolean;
}

/** The result of comparing two images. All values are on the scale 0 to 255, at any depth. */
export interface Comparison extends Similarity {
  readonly a: ComparedImage;
  readonly b: ComparedImage;
  readonly widthPx: number;
  /** Height of one page. */
  readonly heightPx: number;
  readonly pages: number;
  readonly shavePx: number;
  /** All compared samples are equal. */
  readonly identical: boolean;
  readonly largestDifference: number;
  /** Number of pixels by their largest difference, for each of DIFFERENCE_CLASSES. */
  readonly histogram: readonly number[];
  /** For the first page, including the border. */
  readonly map: DifferenceMap | undefined;
  /** Caveats about the values, as sentences. */
  readonly notes: readonly string[];
}

export interface ComparedImage {
  readonly path: string;
  readonly channels: 1 | 3 | 4;
  readonly bitsPerSample: 8 | 16;
}

const BAND_SAMPLES = 1024 * 1024;

/**
 * Compares two images of the same size in bands of rows, so that memory does not grow with their height. Colours are
 * premultiplied by alpha; alpha is compared separately.
 * @throws SrganError E_USAGE for different sizes or too wide a border, and the errors of openRows
 */
export async function compareImages(
  pathA: string,
  pathB: string,
  options: CompareOptions = {},
): Promise<Comparison> {
  const { shavePx = 0, common = false } = options;
  if (!Number.isInteger(shavePx) || shavePx < 0) throw expected('a whole number from 0', 'shave', shavePx);
  const a = await openRows(pathA);
  try {
    const b = await openRows(pathB);
    try {
      if (!common || a.pages > 1 || b.pages > 1) checkSameSize(a, b);
      checkBorder(a, b, shavePx);
      return await compareRows(a, b, shavePx, options.cellPx);
    } finally {
      await b.close();
    }
  } finally {
    await a.close();
  }
}

const sizeOf = ({ widthPx, pageHeightPx, pages }: Rows) =>
  `${widthPx}×${pageHeightPx} px${pages > 1 ? `, ${pages} pages` : ''}`;

function checkSameSize(a: Rows, b: Rows) {
  if (sizeOf(a) === sizeOf(b)) return;
  throw new SrganError('E_USAGE', `${a.path} (${sizeOf(a)}) and ${b.path} (${sizeOf(b)}) differ in size.`, {
    hint: 'Only images of one size can be compared: bring one to the size of the other first.',
  });
}

function checkBorder(a: Rows, b: Rows, shavePx: number) {
  if (Math.min(a.widthPx, a.pageHeightPx, b.widthPx, b.pageHeightPx) > 2 * shavePx) return;
  throw new SrganError('E_USAGE', `Nothing is left of ${sizeOf(a)} after ${shavePx} px at each side.`, {
    hint: 'Give --shave a smaller number.',
  });
}

async function compareRows(
  a: Rows,
  b: Rows,
  shavePx: number,
  cellPx: CompareOptions['cellPx'],
): Promise<Comparison> {
  const { pages } = a;
  const widthPx = Math.min(a.widthPx, b.widthPx);
  const heightPx = Math.min(a.pageHeightPx, b.pageHeightPx);
  const shape = shapeOfPair(a, b);
  const [readA, readB] = [planeReader(a, shape), planeReader(b, shape)];
  const similarity = openSimilarity(widthPx - 2 * shavePx, shape);
  const histogram = openHistogram();
  const map = cellPx && openDifferenceMap(widthPx, heightPx, cellPx(widthPx, heightPx));
  const differences = new Float64Array(widthPx);

  for await (const { samplesA, samplesB, top, count } of bands(a, b, heightPx * pages)) {
    for (let row = 0; row < count; row++) {
      const [rowA, rowB] = [readA(samplesA, row), readB(samplesB, row)].map((whole) =>
        clipRow(whole, 0, widthPx),
      ) as [PlaneRow, PlaneRow];
      const y = (top + row) % heightPx;
      rowDifferences(rowA, rowB, differences);
      if (top + row < heightPx) map?.push(differences, y);
      if (y < shavePx || y >= heightPx - shavePx) continue;
      if (y === shavePx) similarity.restart();
      similarity.push(clipRow(rowA, shavePx, widthPx - shavePx), clipRow(rowB, shavePx, widthPx - shavePx));
      histogram.push(differences.subarray(shavePx, widthPx - shavePx));
    }
  }
  return {
    a: comparedImage(a),
    b: comparedImage(b),
    widthPx,
    heightPx,
    pages,
    shavePx,
    identical: histogram.largest === 0,
    ...similarity.close(),
    largestDifference: histogram.largest,
    histogram: histogram.counts,
    map: map?.close(),
    notes: notesOn(a, b),
  };
}

async function* bands(a: Rows, b: Rows, rows: number) {
  const bandRows = Math.max(1, Math.floor(BAND_SAMPLES / Math.max(a.widthPx, b.widthPx)));
  for (let top = 0; top < rows; top += bandRows) {
    const count = Math.min(bandRows, rows - top);
    const [samplesA, samplesB] = await Promise.all([a.read(top, count), b.read(top, count)]);
    yield { samplesA, samplesB, top, count };
  }
}

function clipRow({ colour, y, alpha }: PlaneRow, from: number, to: number): PlaneRow {
  const inside = (plane: Float64Array) => plane.subarray(from, to);
  return { colour: colour.map(inside), y: inside(y), alpha: inside(alpha) };
}

const comparedImage = ({ path, channels, maxValue }: Rows): ComparedImage => ({
  path,
  channels,
  bitsPerSample: maxValue === 255 ? 8 : 16,
});

function notesOn(a: Rows, b: Rows): string[] {
  const sameProfile = a.profile ? b.profile?.equals(a.profile) === true : !b.profile;
  return [
    ...(sameProfile ? [] : ['The colour profiles differ; values are compared as they are stored.']),
    ...(a.maxValue === b.maxValue
      ? []
      : ['One image has 8 bits, the other 16: values are brought to one scale.']),
    ...((a.channels === 4) === (b.channels === 4) ? [] : ['One image has no alpha: it counts as opaque.']),
    ...((a.channels === 1) === (b.channels === 1)
      ? []
      : ['One image is gray: its value counts for each colour.']),
    ...(a.pages > 1 ? [`The figures are over all ${a.pages} pages.`] : []),
  ];
}

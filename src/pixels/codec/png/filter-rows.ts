/** Filter types of PNG (W3C PNG 3, 9.2). */
const [SUB, UP, AVERAGE, PAETH] = [1, 2, 3, 4] as const;

/** Every how many bytes a row is looked at to choose its filter; odd, so that it falls on every channel. */
const SAMPLE_STEP = 13;

/**
 * Filters rows of bytes for a PNG: each by the filter whose differences are smallest in a sample of the row,
 * as the standard recommends for all of them (12.7).
 * @param bytes of whole rows, one after the other
 * @param from first row to filter; the one above it, if there is one, is looked at
 * @param pixelBytes of one pixel, 1..8
 * @param into takes (rowBytes + 1) × (to - from) bytes
 */
export function filterRows(
  bytes: Uint8Array,
  rowBytes: number,
  pixelBytes: number,
  [from, to]: readonly [number, number],
  into: Uint8Array,
): void {
  const nothing = new Uint8Array(rowBytes);
  let at = 0;
  for (let y = from; y < to; y += 1) {
    const row = bytes.subarray(y * rowBytes, (y + 1) * rowBytes);
    const above = y === 0 ? nothing : bytes.subarray((y - 1) * rowBytes, y * rowBytes);
    const type = chooseFilter(row, above, pixelBytes);
    into[at] = type;
    const filtered = into.subarray(at + 1, at + 1 + rowBytes);
    FILTERS[type](row, above, pixelBytes, filtered);
    at += 1 + rowBytes;
  }
}

type FilterType = typeof SUB | typeof UP | typeof AVERAGE | typeof PAETH;

function chooseFilter(row: Uint8Array, above: Uint8Array, pixelBytes: number): FilterType {
  let sub = 0;
  let up = 0;
  let average = 0;
  let paeth = 0;
  for (let i = pixelBytes; i < row.length; i += SAMPLE_STEP) {
    const x = row[i] as number;
    const a = row[i - pixelBytes] as number;
    const b = above[i] as number;
    const c = above[i - pixelBytes] as number;
    sub += magnitude(x - a);
    up += magnitude(x - b);
    average += magnitude(x - ((a + b) >> 1));
    paeth += magnitude(x - paethOf(a, b, c));
  }
  const least = Math.min(sub, up, average, paeth);
  if (up === least) return UP;
  if (sub === least) return SUB;
  return average === least ? AVERAGE : PAETH;
}

/** Of a difference that is kept modulo 256. */
function magnitude(difference: number): number {
  return Math.abs((difference << 24) >> 24);
}

/** The one of a, b, c that is nearest to a + b - c, a before b before c; without a branch that could be mispredicted. */
function paethOf(a: number, b: number, c: number): number {
  const turning = 3 * c - a - b;
  const excess = (a - b) & ((a - b) >> 31);
  const low = b + excess;
  const high = a - excess;
  const below = (turning - high) >> 31;
  const above = (low - turning) >> 31;
  return (low & ~below) | (below & ((high & ~above) | (c & above)));
}

type Filter = (row: Uint8Array, above: Uint8Array, pixelBytes: number, into: Uint8Array) => void;

const FILTERS: Record<FilterType, Filter> = {
  [SUB](row, _above, pixelBytes, into) {
    into.set(row.subarray(0, pixelBytes));
    for (let i = pixelBytes; i < row.length; i += 1) {
      into[i] = (row[i] as number) - (row[i - pixelBytes] as number);
    }
  },
  [UP](row, above, _pixelBytes, into) {
    for (let i = 0; i < row.length; i += 1) into[i] = (row[i] as number) - (above[i] as number);
  },
  [AVERAGE](row, above, pixelBytes, into) {
    for (let i = 0; i < pixelBytes; i += 1) into[i] = (row[i] as number) - ((above[i] as number) >> 1);
    for (let i = pixelBytes; i < row.length; i += 1) {
      into[i] = (row[i] as number) - (((row[i - pixelBytes] as number) + (above[i] as number)) >> 1);
    }
  },
  [PAETH](row, above, pixelBytes, into) {
    for (let i = 0; i < pixelBytes; i += 1) into[i] = (row[i] as number) - (above[i] as number);
    for (let i = pixelBytes; i < row.length; i += 1) {
      const a = row[i - pixelBytes] as number;
      const predicted = paethOf(a, above[i] as number, above[i - pixelBytes] as number);
      into[i] = (row[i] as number) - predicted;
    }
  },
};

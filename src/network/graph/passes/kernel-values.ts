/**
 * A linear map between tensors that is the same everywhere: out[o][p] is the sum over i and t of
 * values[o][i][t] · in[i][p + first + t]. What a map costs is known from its shape; its numbers are worked out,
 * in double precision, when they are asked for.
 */
export interface Kernel {
  readonly outChannels: number;
  readonly inChannels: number;
  readonly box: Box;
  /** A diagonal one scales each channel by itself; an identity changes nothing. Both are of 1 × 1. */
  readonly kind: 'dense' | 'diagonal' | 'identity';
  /** outChannels × inChannels × height × width; of a diagonal one the factor of each channel. */
  readonly values: () => Float64Array;
}

/** Positions that are read, relative to the one that is made. */
export interface Box {
  readonly top: number;
  readonly left: number;
  readonly height: number;
  readonly width: number;
}

/** Rows of a matrix that are added up at once: most of the time goes into reading and writing the sum. */
const TOGETHER = 4;

/**
 * The numbers of a composition of two dense kernels: for each output and tap of `outer` a row of a matrix product,
 * which is then added where the tap lies.
 */
export function composedValues(outer: Kernel, inner: Kernel, box: Box): Float64Array {
  const weights = outer.values();
  const [middle, inputs] = [outer.inChannels, inner.inChannels];
  const taps = outer.box.height * outer.box.width;
  const [area, innerArea] = [box.height * box.width, inner.box.height * inner.box.width];
  const rows = Math.ceil(middle / TOGETHER) * TOGETHER;
  const matrix = new Float64Array(rows * inputs * innerArea);
  matrix.set(inner.values());
  const factors = new Float64Array(rows);
  const product = new Float64Array(inputs * innerArea);
  const values = new Float64Array(outer.outChannels * inputs * area);
  for (let o = 0; o < outer.outChannels; o += 1) {
    for (let tap = 0; tap < taps; tap += 1) {
      for (let m = 0; m < middle; m += 1) factors[m] = weights[(o * middle + m) * taps + tap] as number;
      multiply(factors, matrix, product);
      const shift = Math.floor(tap / outer.box.width) * box.width + (tap % outer.box.width);
      addPlanes(values, o * inputs * area + shift, box, product, inner.box, inputs);
    }
  }
  return values;
}

/** A row times a matrix of as many rows as it is long, a multiple of TOGETHER. */
function multiply(factors: Float64Array, matrix: Float64Array, product: Float64Array): void {
  const { length } = product;
  product.fill(0);
  for (let m = 0; m < factors.length; m += TOGETHER) {
    const w0 = factors[m] as number;
    const w1 = factors[m + 1] as number;
    const w2 = factors[m + 2] as number;
    const w3 = factors[m + 3] as number;
    if (w0 === 0 && w1 === 0 && w2 === 0 && w3 === 0) continue;
    let at = m * length;
    for (let i = 0; i < length; i += 1, at += 1) {
      product[i] =
        (product[i] as number) +
        w0 * (matrix[at] as number) +
        w1 * (matrix[at + length] as number) +
        w2 * (matrix[at + 2 * length] as number) +
        w3 * (matrix[at + 3 * length] as number);
    }
  }
}

/** Adds planes of one box to those of a larger one. */
export function addPlanes(
  total: Float64Array,
  to: number,
  box: Box,
  part: Float64Array,
  partBox: Box,
  planes: number,
): void {
  const { height, width } = partBox;
  const area = box.height * box.width;
  let read = 0;
  for (let plane = 0; plane < planes; plane += 1) {
    for (let row = 0; row < height; row += 1) {
      let write = to + plane * area + row * box.width;
      for (const end = read + width; read < end; read += 1, write += 1) {
        total[write] = (total[write] as number) + (part[read] as number);
      }
    }
  }
}

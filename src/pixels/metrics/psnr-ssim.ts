import type { PlaneRow, PlaneShape } from './open-rows.js';

/** PSNR and SSIM of two images. `rgb` is the gray channel if both are gray; `alpha` is set if one has alpha. */
export interface Similarity {
  /** On the scale 0 to 255. */
  readonly meanSquaredError: { readonly rgb: number; readonly y: number; readonly alpha?: number };
  /** In dB; Infinity if nothing differs. */
  readonly psnrDb: { readonly rgb: number; readonly y: number; readonly alpha?: number };
  /** Mean over the windows and, for rgb, the channels; undefined for images smaller than 11 × 11 px. */
  readonly ssim: { readonly rgb: number; readonly y: number } | undefined;
}

/** Measures the similarity of two images, row by row. */
export function openSimilarity(widthPx: number, shape: PlaneShape) {
  const errors = { rgb: openSquaredError(), y: openSquaredError(), alpha: openSquaredError() };
  const ssims = { rgb: Array.from({ length: shape.colours }, () => openSsim(widthPx)), y: openSsim(widthPx) };
  return {
    push(a: PlaneRow, b: PlaneRow) {
      a.colour.forEach((plane, c) => {
        errors.rgb.push(plane, b.colour[c] as Float64Array);
        ssims.rgb[c]?.push(plane, b.colour[c] as Float64Array);
      });
      errors.y.push(a.y, b.y);
      ssims.y.push(a.y, b.y);
      errors.alpha.push(a.alpha, b.alpha);
    },
    /** Starts another page with the next row. */
    restart() {
      for (const ssim of [...ssims.rgb, ssims.y]) ssim.restart();
    },
    close(): Similarity {
      const meanSquaredError = {
        rgb: meanOf(errors.rgb),
        y: meanOf(errors.y),
        ...(shape.alpha && { alpha: meanOf(errors.alpha) }),
      };
      const { windows } = ssims.y;
      const rgb = ssims.rgb.reduce((sum, ssim) => sum + ssim.sum, 0) / (windows * shape.colours);
      return {
        meanSquaredError,
        psnrDb: {
          rgb: psnrDb(meanSquaredError.rgb),
          y: psnrDb(meanSquaredError.y),
          ...(meanSquaredError.alpha !== undefined && { alpha: psnrDb(meanSquaredError.alpha) }),
        },
        ssim: windows > 0 ? { rgb, y: ssims.y.sum / windows } : undefined,
      };
    },
  };
}

const meanOf = ({ sum, samples }: SquaredError) => sum / samples;

/** Sums the squared differences of two planes, row by row. */
export interface SquaredError {
  /** Takes rows of equal length with values 0 to 255. */
  push(a: Float64Array, b: Float64Array): void;
  readonly sum: number;
  readonly samples: number;
}

export function openSquaredError(): SquaredError {
  let sum = 0;
  let samples = 0;
  return {
    get sum() {
      return sum;
    },
    get samples() {
      return samples;
    },
    push(a, b) {
      // sums each row separately, so that small numbers are not lost in the total of a large image
      let row = 0;
      for (let x = 0; x < a.length; x++) row += ((a[x] as number) - (b[x] as number)) ** 2;
      sum += row;
      samples += a.length;
    },
  };
}

/** Returns 10·log10(255² / MSE) in dB for a mean squared error on the scale 0 to 255; Infinity for 0. */
export function psnrDb(meanSquaredError: number): number {
  return meanSquaredError === 0 ? Infinity : 10 * Math.log10(255 ** 2 / meanSquaredError);
}

/** Computes the structural similarity of two planes, row by row, with the memory of 11 rows. */
export interface Ssim {
  /** Takes rows of equal length with values 0 to 255. */
  push(a: Float64Array, b: Float64Array): void;
  /** Starts another page with the next row; no window spans both. */
  restart(): void;
  /** Sum over the windows so far, and their number. The mean SSIM is their quotient, at most 1. */
  readonly sum: number;
  readonly windows: number;
}

/** Size of the window; a smaller image has no SSIM. */
export const SSIM_WINDOW_PX = 11;

const SIGMA = 1.5;
const C1 = (0.01 * 255) ** 2;
const C2 = (0.03 * 255) ** 2;
const RADIUS = (SSIM_WINDOW_PX - 1) / 2;
const WEIGHTS = gaussian();

function gaussian(): Float64Array {
  const bell = Float64Array.from({ length: SSIM_WINDOW_PX }, (_, i) =>
    Math.exp(-((i - RADIUS) ** 2) / (2 * SIGMA ** 2)),
  );
  const sum = bell.reduce((total, value) => total + value, 0);
  return bell.map((value) => value / sum);
}

/**
 * Wang, Bovik, Sheikh, Simoncelli: "Image quality assessment: from error visibility to structural similarity",
 * IEEE Transactions on Image Processing 13(4), 2004: Gaussian window 11 × 11 with σ 1.5, K1 0.01, K2 0.03,
 * L 255, windows that lie inside the image only, no downsampling beforehand.
 */
export function openSsim(widthPx: number): Ssim {
  const across = Math.max(0, widthPx - 2 * RADIUS);
  const squares = new Float64Array(widthPx);
  const products = new Float64Array(widthPx);
  // the last eleven horizontally filtered rows of a, b, a² + b² and a·b
  const rings = Array.from({ length: 4 }, () =>
    Array.from({ length: SSIM_WINDOW_PX }, () => new Float64Array(across)),
  );
  const means = rings.map(() => new Float64Array(across));
  let rows = 0;
  let sum = 0;
  let windows = 0;

  return {
    get sum() {
      return sum;
    },
    get windows() {
      return windows;
    },
    restart() {
      rows = 0;
    },
    push(a, b) {
      for (let x = 0; x < widthPx; x++) {
        const p = a[x] as number;
        const q = b[x] as number;
        squares[x] = p * p + q * q;
        products[x] = p * q;
      }
      const slot = rows % SSIM_WINDOW_PX;
      [a, b, squares, products].forEach((row, i) => filterAcross(row, rings[i]?.[slot] as Float64Array));
      rows += 1;
      if (rows < SSIM_WINDOW_PX) return;
      // the oldest row follows the newest in the ring
      rings.forEach((ring, i) => filterDown(ring, rows % SSIM_WINDOW_PX, means[i] as Float64Array));
      sum += similarity(means);
      windows += across;
    },
  };
}

function filterAcross(row: Float64Array, out: Float64Array) {
  for (let x = 0; x < out.length; x++) {
    let value = (WEIGHTS[RADIUS] as number) * (row[x + RADIUS] as number);
    for (let k = 0; k < RADIUS; k++) {
      value += (WEIGHTS[k] as number) * ((row[x + k] as number) + (row[x + 2 * RADIUS - k] as number));
    }
    out[x] = value;
  }
}

function filterDown(ring: readonly Float64Array[], oldest: number, out: Float64Array) {
  const at = (k: number) => ring[(oldest + k) % SSIM_WINDOW_PX] as Float64Array;
  const middle = at(RADIUS);
  for (let x = 0; x < out.length; x++) out[x] = (WEIGHTS[RADIUS] as number) * (middle[x] as number);
  for (let k = 0; k < RADIUS; k++) {
    const weight = WEIGHTS[k] as number;
    const above = at(k);
    const below = at(2 * RADIUS - k);
    for (let x = 0; x < out.length; x++) {
      out[x] = (out[x] as number) + weight * ((above[x] as number) + (below[x] as number));
    }
  }
}

function similarity([meanA, meanB, meanSquares, meanProducts]: readonly Float64Array[]): number {
  let sum = 0;
  for (let x = 0; x < (meanA?.length ?? 0); x++) {
    const a = meanA?.[x] as number;
    const b = meanB?.[x] as number;
    const bothMeans = a * a + b * b;
    const variances = (meanSquares?.[x] as number) - bothMeans;
    const covariance = (meanProducts?.[x] as number) - a * b;
    sum += ((2 * a * b + C1) * (2 * covariance + C2)) / ((bothMeans + C1) * (variances + C2));
  }
  return sum;
}

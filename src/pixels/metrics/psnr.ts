/** Squared differences of two planes, given row by row. */
export interface SquaredError {
  /** Rows of equal length with values 0..255. */
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
      // a row is summed on its own: small numbers are not lost in the total of a large image
      let row = 0;
      for (let x = 0; x < a.length; x++) row += ((a[x] as number) - (b[x] as number)) ** 2;
      sum += row;
      samples += a.length;
    },
  };
}

/** 10·log10(255² / MSE) in dB, for a mean squared error on the scale 0..255; Infinity where it is 0. */
export function psnrDb(meanSquaredError: number): number {
  return meanSquaredError === 0 ? Infinity : 10 * Math.log10(255 ** 2 / meanSquaredError);
}

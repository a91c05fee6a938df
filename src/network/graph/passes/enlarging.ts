/** Resampling to `factor` times the size, as a convolution: one filter for each place within a pixel, row by row. */
export interface Enlarging {
  readonly factor: number;
  /** Width and height of the filters are 2 · reach + 1. */
  readonly reach: number;
  readonly filters: readonly number[];
}

/** A kernel around 0, and where it ends. */
export interface Kernel {
  readonly supportPx: number;
  readonly at: (x: number) => number;
}

export const lanczos3: Kernel = {
  supportPx: 3,
  at: (x) => (Math.abs(x) < 3 ? sinc(x) * sinc(x / 3) : 0),
};

/** Keys' kernel with a = -1/2, the usual one for images. */
export const cubic: Kernel = {
  supportPx: 2,
  at(x) {
    const d = Math.abs(x);
    if (d < 1) return 1.5 * d ** 3 - 2.5 * d ** 2 + 1;
    return d < 2 ? -0.5 * d ** 3 + 2.5 * d ** 2 - 4 * d + 2 : 0;
  },
};

/** Makes the filters, with aligned pixel centres; the weights of each filter sum to 1. */
export function enlarging(factor: number, { supportPx: reach, at }: Kernel): Enlarging {
  const along = Array.from({ length: factor }, (_, place) => {
    const centre = (place + 0.5) / factor - 0.5;
    const taps = Array.from({ length: 2 * reach + 1 }, (_, tap) => at(tap - reach - centre));
    const sum = taps.reduce((a, b) => a + b, 0);
    return taps.map((tap) => tap / sum);
  });
  const filters = along.flatMap((rows) =>
    along.flatMap((columns) => rows.flatMap((row) => columns.map((column) => row * column))),
  );
  return { factor, reach, filters };
}

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
}

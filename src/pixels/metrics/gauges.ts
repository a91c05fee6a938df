import type { PlaneRow, PlaneShape } from './plane-sums.js';
import { openSquaredError, psnrDb, type SquaredError } from './psnr.js';
import { openSsim } from './ssim.js';

/** PSNR and SSIM of two images. `rgb` is the gray channel where both are gray; `alpha` where one has alpha. */
export interface Figures {
  /** On the scale 0..255. */
  readonly meanSquaredError: { readonly rgb: number; readonly y: number; readonly alpha?: number };
  /** In dB; Infinity where nothing differs. */
  readonly psnrDb: { readonly rgb: number; readonly y: number; readonly alpha?: number };
  /** Mean over the windows and, for rgb, over the channels; undefined for less than 11 × 11 px. */
  readonly ssim: { readonly rgb: number; readonly y: number } | undefined;
}

/** Measures two images row by row, over all that is pushed. */
export function openGauges(widthPx: number, shape: PlaneShape) {
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
    /** The next row begins another page. */
    restart() {
      for (const ssim of [...ssims.rgb, ssims.y]) ssim.restart();
    },
    close(): Figures {
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

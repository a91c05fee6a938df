import { resample, type Rgb } from '../resample.js';

/** The picture made smaller by bicubic interpolation, and nothing else. Both sides are multiples of the factor. */
export function degradeClean(picture: Rgb, factor: number): Rgb {
  return resample(picture, picture.widthPx / factor, picture.heightPx / factor, 'cubic');
}

import type { Carried } from '../../../contract/job.js';
import { resizedExif } from './exif.js';
import { resizedXmp } from './xmp.js';

/** What goes with the result, of what came with the source. */
export function keptOf(carried: Carried, strip: boolean, widthPx: number, heightPx: number): Carried {
  return strip ? onlyMeaning(carried) : resized(carried, widthPx, heightPx);
}

/** Without the profile the pixels, and without the timing the frames, mean nothing. */
function onlyMeaning(carried: Carried): Carried {
  const { icc, iccIsMade, coding, gamma, chromaticities } = carried;
  const { loop, delay, palette, lossless, sourceBits } = carried;
  return { icc, iccIsMade, coding, gamma, chromaticities, loop, delay, palette, lossless, sourceBits };
}

function resized(carried: Carried, widthPx: number, heightPx: number): Carried {
  const { exif, xmp } = carried;
  return {
    ...carried,
    exif: exif && resizedExif(exif, widthPx, heightPx),
    xmp: xmp && resizedXmp(xmp, widthPx, heightPx),
  };
}

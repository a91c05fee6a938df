import type { Carried } from '../../../contract/job.js';
import { resizedExif } from './exif.js';
import { resizedXmp } from './xmp.js';

/** What goes with the result, of what came with the source. */
export function keptOf(carried: Carried, strip: boolean, widthPx: number, heightPx: number): Carried {
  return strip ? onlyMeaning(carried) : resized(carried, widthPx, heightPx);
}

/** Without the profile the pixels, and without the timing the frames, mean nothing. */
function onlyMeaning({ icc, colour, loop, delay, palette, lossless, storedBits }: Carried): Carried {
  return { icc, colour, loop, delay, palette, lossless, storedBits };
}

function resized(carried: Carried, widthPx: number, heightPx: number): Carried {
  const { exif, xmp } = carried;
  return {
    ...carried,
    exif: exif && resizedExif(exif, widthPx, heightPx),
    xmp: xmp && resizedXmp(xmp, widthPx, heightPx),
  };
}

import type { Carried, OutputFormat } from '../job.js';
import type { Size } from '../options.js';
import { attachToJpeg } from './attach/jpeg.js';
import { attachToPng } from './attach/png.js';
import { attachToTiff } from './attach/tiff.js';
import { attachToWebp } from './attach/webp.js';

/**
 * Puts metadata as it is into an encoded file, beside the pixels, which are not read again.
 * AVIF takes its metadata while it is encoded, GIF takes none.
 */
export function attach(
  file: Uint8Array,
  format: OutputFormat,
  carried: Carried,
  size: Size,
): readonly Uint8Array[] {
  switch (format) {
    case 'png':
      return attachToPng(file, carried);
    case 'jpeg':
      return attachToJpeg(file, carried);
    case 'webp':
      return attachToWebp(file, carried, size);
    case 'tiff':
      return attachToTiff(file, carried);
    case 'avif':
    case 'gif':
      return [file];
  }
}

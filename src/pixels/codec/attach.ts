import type { Carried } from '../../contract/job.js';
import type { Size } from '../../system/measures.js';
import { attachToAvif } from './attach/avif.js';
import { attachToJpeg } from './attach/jpeg.js';
import { attachToTiff } from './attach/tiff.js';
import { attachToWebp } from './attach/webp.js';
import type { VipsFormat } from './formats.js';
import type { Part } from './attach/parts.js';
import type { ByteSource } from './metadata/tiff-directory.js';

/**
 * Puts metadata as it is into an encoded file, beside the pixels, which are not read again.
 * AVIF takes its metadata while it is encoded, but for code points of colours; GIF takes none; that of PNG
 * is in the file from its start.
 */
export function attach(
  file: ByteSource,
  format: VipsFormat,
  carried: Carried,
  { lossless, ...size }: Size & { readonly lossless: boolean },
): readonly Part[] {
  switch (format) {
    case 'jpeg':
      return attachToJpeg(file, carried);
    case 'webp':
      return attachToWebp(file, carried, size);
    case 'tiff':
      return attachToTiff(file, carried);
    case 'avif':
      return attachToAvif(file, carried.colour?.cicp, lossless);
    case 'gif':
      return [{ start: 0, end: file.length }];
  }
}

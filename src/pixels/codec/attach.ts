import type { Carried } from '../../contract/job.js';
import type { Size } from '../../system/measures.js';
import { attachToJpeg } from './attach/jpeg.js';
import { attachToTiff } from './attach/tiff.js';
import { attachToWebp } from './attach/webp.js';
import type { VipsFormat } from './formats.js';
import type { Part } from './parts.js';
import type { ByteSource } from './metadata/tiff-directory.js';

/**
 * Puts metadata as it is into an encoded file, beside the pixels, which are not read again.
 * AVIF takes its metadata while it is encoded, GIF takes none; that of PNG
 * is in the file from its start.
 */
export function attach(file: ByteSource, format: VipsFormat, carried: Carried, size: Size): readonly Part[] {
  switch (format) {
    case 'jpeg':
      return attachToJpeg(file, carried);
    case 'webp':
      return attachToWebp(file, carried, size);
    case 'tiff':
      return attachToTiff(file, carried);
    case 'avif':
    case 'gif':
      return [{ start: 0, end: file.length }];
  }
}

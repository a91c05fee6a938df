import type { Carried } from '../../../contract/job.js';
import { coloursOf } from '../colour/colours-of.js';
import { bareExif, densityOf, exifOfTiff, uprightExif } from './exif.js';
import { lookInto, openFileSource } from './file-source.js';
import type { Inspection } from '../inspect.js';
import { readJpegFacts } from './jpeg-facts.js';
import { readPngFacts } from './png-facts.js';
import { isLosslessWebp } from './lossless-webp.js';
import { uprightXmp, withoutDeadPointers } from './xmp.js';

/** What goes with the pixels of a file, already saying that they stand upright. */
export function carriedOf(path: string, file: Inspection): Carried {
  const { meta, pages, layout } = file;
  const exif = meta.format === 'tiff' ? exifOfTiffFile(path) : bareExif(meta.exif);
  const { bitsPerSample = 16 } = meta;
  return {
    ...coloursOf(path, file),
    texts: meta.format === 'png' ? lookInto(path, undefined, readPngFacts)?.texts : undefined,
    comments: meta.format === 'jpeg' ? lookInto(path, undefined, readJpegFacts)?.comments : undefined,
    sourceBits: bitsPerSample < layout.bits ? bitsPerSample : undefined,
    exif: exif && uprightExif(exif),
    xmp: meta.xmp && withoutDeadPointers(uprightXmp(meta.xmp)),
    iptc: meta.iptc,
    density: meta.density ?? (exif && densityOf(exif)),
    loop: pages > 1 ? meta.loop : undefined,
    delay: pages > 1 ? meta.delay : undefined,
    lossless: meta.format === 'webp' && isLosslessWebp(path),
    palette: meta.isPalette || meta.format === 'gif',
  };
}

function exifOfTiffFile(path: string): Buffer | undefined {
  const file = openFileSource(path);
  try {
    return exifOfTiff(file);
  } finally {
    file.close();
  }
}

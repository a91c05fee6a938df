import type { Carried } from '../../../contract/job.js';
import { bareExif, densityOf, exifOfTiff, uprightExif } from './exif.js';
import { openFileSource } from './file-source.js';
import type { Inspection } from '../inspect.js';
import { statedColour } from '../colour/stated-colour.js';
import { isLosslessWebp } from './lossless-webp.js';
import { leftOutOf, withoutDeadPointers } from './left-out.js';
import { textsOf } from './texts.js';
import { uprightXmp } from './xmp.js';

/** What goes with the pixels of a file, already saying that they stand upright. */
export function carriedOf(path: string, { meta, pages, layout }: Inspection): Carried {
  const { bitsPerSample = 0 } = meta;
  const said = layout.native && !meta.icc ? statedColour(path, meta.format, layout.channels < 3) : {};
  const leftOut = leftOutOf(path, meta.format, meta.xmp);
  const exif = meta.format === 'tiff' ? exifOfTiffFile(path) : bareExif(meta.exif);
  return {
    icc: layout.native ? (meta.icc ?? said.icc) : undefined,
    colour: said.stated,
    exif: exif && uprightExif(exif),
    xmp: meta.xmp && uprightXmp(leftOut ? withoutDeadPointers(meta.xmp) : meta.xmp),
    iptc: meta.iptc,
    texts: textsOf(path, meta.format),
    leftOut,
    density: meta.density ?? (exif && densityOf(exif)),
    loop: pages > 1 ? meta.loop : undefined,
    delay: pages > 1 ? meta.delay : undefined,
    lossless: meta.format === 'webp' && isLosslessWebp(path),
    palette: meta.isPalette || meta.format === 'gif',
    storedBits: bitsPerSample > 8 && bitsPerSample < 16 ? bitsPerSample : undefined,
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

import { inspectBytes } from '../../pixels/codec/byte-source.js';
import { readDirectories } from '../../pixels/codec/metadata/tiff-directory.js';
import type { ImageHeader } from '../../contract/job.js';
import type { Kind } from '../../contract/own-names.js';
import { jpegQuality, webpQuantizer } from '../../pixels/codec/metadata/quantization.js';

/** Which kind of network suits a source, and what says so. */
export interface ChosenKind {
  readonly kind: Kind;
  /** For people, such as `JPEG quality 75`. */
  readonly because: string;
}

/** From here on the clean network comes nearer to the original than the photo network: they meet at 90. */
const CLEAN_JPEG_QUALITY = 91;

/** Up to here a lossy WebP counts as clean: it is what libwebp takes for the same quality. */
const CLEAN_WEBP_QUANTIZER = 4;

const TIFF_COMPRESSION = 259;
const JPEG_IN_TIFF = [6, 7];

/**
 * The kind of network for a source: a pure function of its bytes. What was squeezed has blocks and rings that are
 * to be mended and not made larger.
 * @param file path of the source's bytes
 * @throws SrganError E_NOT_FOUND, E_ACCESS, E_READ
 */
export function kindOf(file: string, { format }: Pick<ImageHeader, 'format'>): ChosenKind {
  switch (format) {
    case 'jpeg': {
      const quality = inspectBytes(file, undefined, jpegQuality);
      if (quality === undefined) return { kind: 'photo', because: 'JPEG' };
      return {
        kind: quality < CLEAN_JPEG_QUALITY ? 'photo' : 'clean',
        because: `JPEG quality ${quality}`,
      };
    }
    case 'webp': {
      const quantizer = inspectBytes(file, undefined, webpQuantizer);
      if (quantizer === undefined) return { kind: 'clean', because: 'lossless WebP' };
      return {
        kind: quantizer > CLEAN_WEBP_QUANTIZER ? 'photo' : 'clean',
        because: `lossy WebP, quantizer ${quantizer}`,
      };
    }
    case 'heif':
      return { kind: 'photo', because: 'AVIF' };
    case 'tiff':
      return isJpegInTiff(file)
        ? { kind: 'photo', because: 'TIFF with JPEG compression' }
        : { kind: 'clean', because: 'TIFF' };
    default:
      return { kind: 'clean', because: format.toUpperCase() };
  }
}

function isJpegInTiff(file: string): boolean {
  return inspectBytes(file, false, (bytes) => {
    const [compression = 0] = readDirectories(bytes, 1)[0]?.numbers(TIFF_COMPRESSION) ?? [];
    return JPEG_IN_TIFF.includes(compression);
  });
}

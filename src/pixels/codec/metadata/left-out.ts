import type { Inspection } from '../inspect.js';
import { lookInto } from './file-source.js';
import { readJpegFacts } from './jpeg-facts.js';
import { readPngFacts } from './png-facts.js';
import { hasProperty } from './xmp.js';

const GAIN_MAP = 'http://ns.adobe.com/hdr-gain-map/1.0/';
const CAMERA = 'http://ns.google.com/photos/1.0/camera/';
const LONGEST_TYPE_BOX = 256;

/** What a file holds beside the picture that is read, for people; none of it comes into the result. */
export function leftOut(path: string, { meta }: Inspection): string[] {
  const parts: string[] = [];
  const { xmp } = meta;
  const jpeg = meta.format === 'jpeg' ? lookInto(path, undefined, readJpegFacts) : undefined;
  const hasGainMap =
    jpeg?.hasGainMap === true || (xmp && hasProperty(xmp, GAIN_MAP)) || mapsTones(path, meta);
  const others = (jpeg?.pictures ?? 1) - 1 - (hasGainMap ? 1 : 0);
  if (hasGainMap) parts.push('the gain map, which makes it HDR');
  if (xmp && hasProperty(xmp, CAMERA, '(?:MicroVideo|MotionPhoto)\\w*'))
    parts.push('the video of the motion photo');
  if (jpeg && others > 0) {
    const what = jpeg.isStereo ? 'of the stereo picture' : 'of the file';
    parts.push(others === 1 ? `the second picture ${what}` : `the ${others} further pictures ${what}`);
  }
  if (jpeg?.hasExtendedXmp) parts.push('the extended XMP metadata');
  const longTexts = meta.format === 'png' ? lookInto(path, undefined, readPngFacts)?.longTexts : undefined;
  if (longTexts) parts.push(`${longTexts} texts that are too long`);
  return parts;
}

/** The brand of files with a tone map is among the compatible ones (ISO/IEC 23008-12). */
function mapsTones(path: string, { format }: Inspection['meta']): boolean {
  if (format !== 'heif') return false;
  return lookInto(path, false, (file) => {
    const length = Math.min(file.read(0, 4).readUInt32BE(), LONGEST_TYPE_BOX, file.length);
    return file
      .read(8, length - 8)
      .toString('latin1')
      .includes('tmap');
  });
}

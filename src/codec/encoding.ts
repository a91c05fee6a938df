import type { Sharp as Image } from 'sharp';
import type { Carried, OutputFormat } from '../job.js';
import type { Adapted } from './adapt.js';
import { CAPABILITIES, encoderOf } from './formats.js';
import { imageOf, spaceOf } from './raw.js';
import { convertedToSrgb, withMetadataInside, type Samples } from './through-png.js';
import { loadSharp } from './vips.js';

export interface Wish {
  /** 1..100; undefined: the default of the format. */
  readonly quality: number | undefined;
  readonly lossless: boolean;
  readonly pixelBytes: number;
}

/**
 * The pipeline that makes a file of this format, without the metadata that can be attached afterwards.
 * @param raw the pixels at their exact size
 */
export async function encodingOf(
  raw: Image,
  samples: Samples,
  { carried, alpha }: Pick<Adapted, 'carried' | 'alpha'>,
  format: OutputFormat,
  { quality, lossless, pixelBytes }: Wish,
): Promise<Image> {
  const capability = CAPABILITIES[format];
  const sharp = await loadSharp();
  const bits = capability.maxBits === 8 ? 8 : samples.bits;
  let space = spaceOf(capability.gray ? samples.channels : 3, bits);
  let image = raw;
  if (carried.icc && !capability.icc) {
    image = imageOf(sharp, await convertedToSrgb(sharp, image, samples, carried.icc));
    space = 'srgb';
  }
  if (alpha === 'drop') image = image.removeAlpha();
  if (alpha === 'flatten') image = image.flatten({ background: '#ffffff' });
  if (format === 'avif' && hasMetadata(carried)) {
    const tagged = await withMetadataInside(sharp, image, space, carried);
    image = carried.exif || carried.xmp ? tagged.keepMetadata() : tagged.keepIccProfile();
  }
  const { density, loop, delay } = carried;
  const ending = { quality, lossless, density, loop, delay, bits, pixelBytes };
  return encoderOf(image.toColourspace(space), format, ending);
}

function hasMetadata({ icc, exif, xmp }: Carried): boolean {
  return icc !== undefined || exif !== undefined || xmp !== undefined;
}

import type { Carried, OutputFormat } from '../job.js';
import type { Size } from '../options.js';
import type { Adapted } from './adapt.js';
import { CAPABILITIES, encoderOf } from './formats.js';
import { bitsOf, imageOf, spaceOf } from './raw.js';
import { resizedImage } from './resize.js';
import { convertedToSrgb, withMetadataInside } from './through-png.js';
import { loadSharp } from './vips.js';

export interface Wish {
  /** 1..100; undefined: the default of the format. */
  readonly quality: number | undefined;
  readonly lossless: boolean;
  readonly pixelBytes: number;
}

/** Pixels as a file of this format and size, without the metadata that can be attached afterwards. */
export async function encodePixels(
  { pixels, carried, alpha }: Adapted,
  format: OutputFormat,
  size: Size,
  { quality, lossless, pixelBytes }: Wish,
): Promise<Buffer> {
  const capability = CAPABILITIES[format];
  const sharp = await loadSharp();
  const bits = capability.maxBits === 8 ? 8 : bitsOf(pixels);
  let space = spaceOf(capability.gray ? pixels.channels : 3, bits);
  let image = await resizedImage(sharp, pixels, size);
  if (carried.icc && !capability.icc) {
    const pageHeightPx = size.heightPx;
    const raster = { ...pixels, widthPx: size.widthPx, pageHeightPx };
    image = imageOf(sharp, await convertedToSrgb(sharp, image, raster, carried.icc));
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
  return encoderOf(image.toColourspace(space), format, ending).toBuffer();
}

function hasMetadata({ icc, exif, xmp }: Carried): boolean {
  return icc !== undefined || exif !== undefined || xmp !== undefined;
}

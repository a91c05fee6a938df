import type { Sharp as Image } from 'sharp';
import type { Carried, Job } from '../../contract/job.js';
import type { Settings } from '../../contract/options.js';
import type { Size } from '../../system/measures.js';
import type { Adapted } from './adapt.js';
import { CAPABILITIES, encoderOf, type VipsFormat } from './formats.js';
import { bitsOf, imageOf, spaceOf, type Raster } from './raw.js';
import { resizedImage } from './resize-pixels.js';
import { convertedToSrgb, withMetadataInside, type Samples } from './attach/through-png.js';
import { loadSharp } from '../vips.js';

export interface Wish {
  /** 1..100; undefined: the default of the format. */
  readonly quality: number | undefined;
  readonly lossless: boolean;
  readonly pixelBytes: number;
}

/** How a job's result is to be encoded. A WebP without loss stays one where no quality is asked for. */
export function wishOf(
  { format, quality }: Job,
  carried: Carried,
  settings: Settings,
  pixelBytes: number,
): Wish {
  const staysLossless = format === 'webp' && carried.lossless === true && quality === undefined;
  const lossless = settings.lossless || staysLossless;
  return { quality, lossless, pixelBytes };
}

/** Pixels in memory as a file of this format and size, without the metadata that can be attached afterwards. */
export async function encodeRaster(
  raster: Raster,
  size: Size,
  adapted: Pick<Adapted, 'carried' | 'alpha' | 'toSrgb'>,
  format: VipsFormat,
  wish: Wish,
): Promise<Buffer> {
  const image = await resizedImage(await loadSharp(), raster, size);
  const { channels, pages } = raster;
  const samples = { channels, bits: bitsOf(raster), pages };
  const encoding = await encodingOf(image, samples, adapted, format, wish);
  return encoding.toBuffer();
}

/**
 * The pipeline that makes a file of this format, without the metadata that can be attached afterwards.
 * @param raw the pixels at their exact size
 */
export async function encodingOf(
  raw: Image,
  samples: Samples,
  { carried, alpha, toSrgb }: Pick<Adapted, 'carried' | 'alpha' | 'toSrgb'>,
  format: VipsFormat,
  { quality, lossless, pixelBytes }: Wish,
): Promise<Image> {
  const capability = CAPABILITIES[format];
  const sharp = await loadSharp();
  const bits = capability.maxBits === 8 ? 8 : samples.bits;
  let space = spaceOf(capability.gray ? samples.channels : 3, bits);
  let image = raw;
  if (toSrgb) {
    image = imageOf(sharp, await convertedToSrgb(sharp, image, samples, toSrgb));
    space = 'srgb';
  }
  if (alpha === 'drop') image = image.removeAlpha();
  if (alpha === 'flatten') image = image.flatten({ background: '#ffffff' });
  if (format === 'avif' && hasMetadata(carried)) {
    const tagged = await withMetadataInside(sharp, image, space, { ...carried, colour: undefined });
    image = carried.exif || carried.xmp ? tagged.keepMetadata() : tagged.keepIccProfile();
  }
  const { density, loop, delay } = carried;
  const ending = { quality, lossless, density, loop, delay, bits, pixelBytes };
  return encoderOf(image.toColourspace(space), format, ending);
}

function hasMetadata({ icc, exif, xmp }: Carried): boolean {
  return icc !== undefined || exif !== undefined || xmp !== undefined;
}

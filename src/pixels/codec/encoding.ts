import type { Sharp as Image } from 'sharp';
import type { Carried, Job } from '../../contract/job.js';
import type { Settings } from '../../contract/options.js';
import type { Size } from '../../system/measures.js';
import type { Adapted } from './adapt.js';
import { CAPABILITIES, encoderOf, type VipsFormat } from './formats.js';
import { bitsOf, imageOf, spaceOf, type Raster, resizedImage } from './raw.js';
import { loadSharp, type Sharp } from '../vips.js';
import { attachToPng } from './png/png-chunks.js';
import { joinParts, bufferSource } from './byte-source.js';

export interface EncodeOptions {
  /** 1 to 100; undefined for the format's default. */
  readonly quality: number | undefined;
  readonly lossless: boolean;
  readonly pixelBytes: number;
}

/** Returns how to encode a job's result. A lossless WebP stays lossless unless a quality is set. */
export function encodeOptions(
  { format, quality }: Job,
  carried: Carried,
  settings: Settings,
  pixelBytes: number,
): EncodeOptions {
  const staysLossless = format === 'webp' && carried.lossless === true && quality === undefined;
  const lossless = settings.lossless || staysLossless;
  return { quality, lossless, pixelBytes };
}

/** Encodes pixels in memory, resized to `size`, without the metadata that can be attached afterwards. */
export async function encodeRaster(
  raster: Raster,
  size: Size,
  adapted: Pick<Adapted, 'carried' | 'alpha' | 'toSrgb'>,
  format: VipsFormat,
  options: EncodeOptions,
): Promise<Buffer> {
  const image = await resizedImage(await loadSharp(), raster, size);
  const { channels, pages } = raster;
  const samples = { channels, bits: bitsOf(raster), pages };
  const encoding = await encodingOf(image, samples, adapted, format, options);
  return encoding.toBuffer();
}

/**
 * Returns the pipeline that encodes a file, without the metadata that can be attached afterwards.
 * @param raw the pixels at their final size
 */
export async function encodingOf(
  raw: Image,
  samples: SampleLayout,
  { carried, alpha, toSrgb }: Pick<Adapted, 'carried' | 'alpha' | 'toSrgb'>,
  format: VipsFormat,
  { quality, lossless, pixelBytes }: EncodeOptions,
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

/**
 * Gives an image metadata for libvips' own encoders and colour conversions, by way of an uncompressed PNG that
 * contains it.
 */
export async function withMetadataInside(
  sharp: Sharp,
  image: Image,
  space: string,
  carried: Carried,
): Promise<Image> {
  const stored = await image.toColourspace(space).png({ compressionLevel: 0 }).toBuffer();
  const container = joinParts(stored, attachToPng(bufferSource(stored), carried));
  return sharp(container, { limitInputPixels: false, failOn: 'none' });
}

export interface SampleLayout {
  readonly channels: number;
  readonly bits: 8 | 16;
  readonly pages: number;
}

/** Converts pixels from a colour profile to 8-bit sRGB. */
export async function convertedToSrgb(
  sharp: Sharp,
  image: Image,
  { channels, bits, pages }: SampleLayout,
  icc: Buffer,
): Promise<Raster> {
  const space = spaceOf(channels, bits);
  const tagged = await withMetadataInside(sharp, image, space, { icc });
  const { data, info } = await tagged.toColourspace('srgb').raw().toBuffer({ resolveWithObject: true });
  return {
    data,
    widthPx: info.width,
    pageHeightPx: info.height / pages,
    pages,
    channels: info.channels === 4 ? 4 : 3,
  };
}

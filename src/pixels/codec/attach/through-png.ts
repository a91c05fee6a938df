import type { Sharp as Image } from 'sharp';
import type { Carried } from '../../../contract/job.js';
import { attachToPng } from './attach-png.js';
import { joined } from './parts.js';
import { spaceOf, type Raster } from '../raw.js';
import { bufferSource } from '../metadata/tiff-directory.js';
import type { Sharp } from '../../vips.js';

/**
 * The same image as libvips reads it from an uncompressed PNG that holds the metadata: the way to give it
 * metadata that only its own encoders or colour conversions can use.
 */
export async function withMetadataInside(
  sharp: Sharp,
  image: Image,
  space: string,
  carried: Carried,
): Promise<Image> {
  const stored = await image.toColourspace(space).png({ compressionLevel: 0 }).toBuffer();
  const container = joined(stored, attachToPng(bufferSource(stored), carried));
  return sharp(container, { limitInputPixels: false, failOn: 'none' });
}

export interface Samples {
  readonly channels: number;
  readonly bits: 8 | 16;
  readonly pages: number;
}

/** The pixels in sRGB, 8 bits, with the values that they have by this profile. */
export async function convertedToSrgb(
  sharp: Sharp,
  image: Image,
  { channels, bits, pages }: Samples,
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

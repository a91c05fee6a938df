import type { Sharp as Image } from 'sharp';
import type { OutputFormat } from '../../contract/job.js';

/** What a file format supports. */
export interface Capability {
  /** The name for messages. */
  readonly title: string;
  /** Maximum bits per channel in the output. */
  readonly maxBits: 8 | 10 | 16;
  readonly alpha: 'none' | 'binary' | 'full';
  readonly gray: boolean;
  readonly pages: 'one' | 'pages' | 'frames';
  readonly icc: boolean;
  /** Colours without a profile are stated by code points of ITU-T H.273. */
  readonly codePoints?: boolean;
  readonly exif: boolean;
  readonly xmp: boolean;
  readonly iptc: boolean;
  /** Maximum width and height of the encoder. */
  readonly maxSidePx: number;
}

const COMMON = { alpha: 'full', pages: 'one', icc: true, exif: true, xmp: true } as const;

export const CAPABILITIES: Record<OutputFormat, Capability> = {
  png: {
    ...COMMON,
    codePoints: true,
    title: 'PNG',
    maxBits: 16,
    gray: true,
    iptc: false,
    maxSidePx: 2 ** 31 - 1,
  },
  jpeg: { ...COMMON, title: 'JPEG', maxBits: 8, gray: true, iptc: true, alpha: 'none', maxSidePx: 65_535 },
  webp: {
    ...COMMON,
    title: 'WebP',
    maxBits: 8,
    gray: false,
    iptc: false,
    pages: 'frames',
    maxSidePx: 16_383,
  },
  avif: {
    ...COMMON,
    codePoints: true,
    title: 'AVIF',
    maxBits: 10,
    gray: false,
    iptc: false,
    maxSidePx: 16_384,
  },
  tiff: {
    ...COMMON,
    title: 'TIFF',
    maxBits: 16,
    gray: true,
    iptc: true,
    pages: 'pages',
    maxSidePx: 2 ** 31 - 1,
  },
  gif: {
    title: 'GIF',
    maxBits: 8,
    alpha: 'binary',
    gray: false,
    pages: 'frames',
    icc: false,
    exif: false,
    xmp: false,
    iptc: false,
    maxSidePx: 65_535,
  },
};

export interface EncoderSettings {
  readonly quality: number | undefined;
  readonly lossless: boolean;
  readonly density: number | undefined;
  readonly loop: number | undefined;
  readonly delay: number[] | undefined;
  /** Bits of the samples that the encoder gets. */
  readonly bits: 8 | 16;
  /** Size of the uncompressed output pixels. */
  readonly pixelBytes: number;
}

/** 1 to 100, for encoders with a quality. */
export const DEFAULT_QUALITY = { jpeg: 92, webp: 90, avif: 70 };

const DEFAULT_DENSITY = 72;
const MM_PER_INCH = 25.4;

/** Noise of this size, compressed with LZW, may exceed the 4 GiB of a classic TIFF. */
export const CLASSIC_TIFF_BYTES = 2.5e9;

/** The formats that libvips encodes. Our own workers encode PNG. */
export type VipsFormat = Exclude<OutputFormat, 'png'>;

/** Adds the encoder of a format to a pipeline. */
export function encoderOf(image: Image, format: VipsFormat, settings: EncoderSettings): Image {
  const { quality, lossless, loop, delay } = settings;
  const animation = { ...(loop === undefined ? {} : { loop }), ...(delay === undefined ? {} : { delay }) };
  switch (format) {
    case 'jpeg':
      // optimized tables need all coefficients in memory: 12 times the memory and a third of the speed for 2 %
      return image.jpeg({
        quality: quality ?? DEFAULT_QUALITY.jpeg,
        chromaSubsampling: '4:4:4',
        optimiseCoding: false,
      });
    case 'webp':
      return image.webp({ quality: quality ?? DEFAULT_QUALITY.webp, lossless, ...animation });
    case 'avif':
      return image.avif({
        quality: quality ?? DEFAULT_QUALITY.avif,
        lossless,
        effort: 3,
        bitdepth: settings.bits === 16 ? 10 : 8,
      });
    case 'gif':
      return image.gif(animation);
    case 'tiff': {
      const perMm = (settings.density ?? DEFAULT_DENSITY) / MM_PER_INCH;
      return image.tiff({
        compression: 'lzw',
        predictor: 'horizontal',
        xres: perMm,
        yres: perMm,
        resolutionUnit: 'inch',
        bigtiff: settings.pixelBytes > CLASSIC_TIFF_BYTES,
      });
    }
  }
}

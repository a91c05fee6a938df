import type { ImageHeader, OutputFormat } from '../../contract/job.js';
import type { Size } from '../../system/measures.js';

/** What leaves the encoder: pages, size per page and layout of the samples. */
export interface EncodedShape {
  readonly widthPx: number;
  readonly heightPx: number;
  readonly pages: number;
  readonly channels: number;
  readonly bitsPerSample: 8 | 16;
  /** The network's size is another one. */
  readonly resized: boolean;
}

/** What the decoders that need a whole frame hold per pixel of it, beside the samples that they give. */
const DECODER_BYTES_PER_PIXEL: Record<string, number> = { webp: 5, heif: 16, gif: 9 };

/** The same of the encoders: measured at 24 megapixels, with a tenth to spare. PNG, JPEG and TIFF go by rows. */
const ENCODER_BYTES_PER_PIXEL: Record<OutputFormat, number> = {
  png: 0,
  jpeg: 0,
  tiff: 0,
  webp: 16,
  avif: 38,
  gif: 14,
};

const WEBP_ALPHA_BYTES_PER_PIXEL = 20;

/** Encoded bytes for each byte of pixels, at worst of natural images. */
const FILE_SHARE: Record<OutputFormat, number> = {
  png: 1,
  tiff: 1.2,
  jpeg: 0.5,
  webp: 0.5,
  avif: 0.3,
  gif: 0.5,
};

/** Most that decoding holds beside the buffer for the pixels: a copy of them, and what the decoder needs. */
export function decodingBytes(header: ImageHeader): number {
  const { widthPx, heightPx, pages, channels, bitsPerSample, format } = header;
  const pixels = widthPx * heightPx;
  // 8-bit gray with alpha comes as RGB with alpha
  const rendered = channels === 2 && bitsPerSample === 8 ? 4 : channels;
  const copy = pixels * pages * rendered * (bitsPerSample / 8);
  return 1.2 * copy + pixels * (DECODER_BYTES_PER_PIXEL[format] ?? 0);
}

/** Most that a decoder or an encoder holds that needs a whole frame, whatever becomes of the pixels. */
export function wholeFrameBytes(header: ImageHeader, format: OutputFormat, target: Size): number {
  const decoding = header.widthPx * header.heightPx * (DECODER_BYTES_PER_PIXEL[header.format] ?? 0);
  const alpha = format === 'webp' && header.hasAlpha ? WEBP_ALPHA_BYTES_PER_PIXEL : 0;
  const encoding = target.widthPx * target.heightPx * (ENCODER_BYTES_PER_PIXEL[format] + alpha);
  return Math.max(decoding, encoding);
}

/** Most that encoding holds beside the pixels that it is given: the file, twice while metadata is put in. */
export function encodingBytes(format: OutputFormat, shape: EncodedShape): number {
  const { widthPx, heightPx, pages, channels, bitsPerSample, resized } = shape;
  const pixels = widthPx * heightPx;
  const samples = pixels * pages * channels;
  const bytes = samples * (bitsPerSample / 8);
  const alpha = format === 'webp' && channels % 2 === 0 ? WEBP_ALPHA_BYTES_PER_PIXEL : 0;
  const encoder = pixels * (ENCODER_BYTES_PER_PIXEL[format] + alpha);
  // AVIF takes its metadata by way of an uncompressed copy; pages are resized one by one into a copy
  const container = format === 'avif' ? bytes : 0;
  const resizedPages = resized && pages > 1 ? bytes : 0;
  // 16 bits are resized as floats, of the network's size, which is at most 4 times the pixels as a rule
  const floats = resized && bitsPerSample === 16 ? 4 * samples * 4 : 0;
  return encoder + container + resizedPages + floats + 2 * FILE_SHARE[format] * bytes;
}

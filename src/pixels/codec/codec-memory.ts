import type { ImageHeader, OutputFormat } from '../../contract/job.js';
import type { Size } from '../../system/measures.js';

/** The shape of an encoder's output; sizes are per page. */
export interface EncodedShape {
  readonly widthPx: number;
  readonly heightPx: number;
  readonly pages: number;
  readonly channels: number;
  readonly bitsPerSample: 8 | 16;
  /** The network's output has another size. */
  readonly resized: boolean;
}

/** Memory per pixel of the decoders that need a whole frame, besides their output. */
const DECODER_BYTES_PER_PIXEL: Record<string, number> = { webp: 5, heif: 16, gif: 9 };

/** Memory per pixel of the encoders, measured at 24 megapixels plus 10 %. PNG, JPEG and TIFF work by rows. */
const ENCODER_BYTES_PER_PIXEL: Record<OutputFormat, number> = {
  png: 0,
  jpeg: 0,
  tiff: 0,
  webp: 16,
  avif: 38,
  gif: 14,
};

const WEBP_ALPHA_BYTES_PER_PIXEL = 20;

/** Encoded bytes per byte of pixels, the worst case of natural images. */
const FILE_SHARE: Record<OutputFormat, number> = {
  png: 1,
  tiff: 1.2,
  jpeg: 0.5,
  webp: 0.5,
  avif: 0.3,
  gif: 0.5,
};

/** Returns the peak memory of decoding besides the pixel buffer: a copy of the pixels and the decoder's own memory. */
export function decodingBytes(header: ImageHeader): number {
  const { widthPx, heightPx, pages, channels, bitsPerSample, format } = header;
  const pixels = widthPx * heightPx;
  // 8-bit gray with alpha is decoded as RGB with alpha
  const rendered = channels === 2 && bitsPerSample === 8 ? 4 : channels;
  const copy = pixels * pages * rendered * (bitsPerSample / 8);
  return 1.2 * copy + pixels * (DECODER_BYTES_PER_PIXEL[format] ?? 0);
}

/** Returns the peak memory of a decoder or encoder that needs a whole frame, even if the pixels are spilled to disk. */
export function wholeFrameBytes(header: ImageHeader, format: OutputFormat, target: Size): number {
  const decoding = header.widthPx * header.heightPx * (DECODER_BYTES_PER_PIXEL[header.format] ?? 0);
  const alpha = format === 'webp' && header.hasAlpha ? WEBP_ALPHA_BYTES_PER_PIXEL : 0;
  const encoding = target.widthPx * target.heightPx * (ENCODER_BYTES_PER_PIXEL[format] + alpha);
  return Math.max(decoding, encoding);
}

/** Returns the peak memory of encoding besides the input pixels, including two copies of the file for its metadata. */
export function encodingBytes(format: OutputFormat, shape: EncodedShape): number {
  const { widthPx, heightPx, pages, channels, bitsPerSample, resized } = shape;
  const pixels = widthPx * heightPx;
  const samples = pixels * pages * channels;
  const bytes = samples * (bitsPerSample / 8);
  const alpha = format === 'webp' && channels % 2 === 0 ? WEBP_ALPHA_BYTES_PER_PIXEL : 0;
  const encoder = pixels * (ENCODER_BYTES_PER_PIXEL[format] + alpha);
  // AVIF gets its metadata through an uncompressed copy; pages are resized one by one into a copy
  const container = format === 'avif' ? bytes : 0;
  const resizedPages = resized && pages > 1 ? bytes : 0;
  // 16-bit pixels are resized as floats, at the network's size, usually at most 4 times the pixels
  const floats = resized && bitsPerSample === 16 ? 4 * samples * 4 : 0;
  return encoder + container + resizedPages + floats + 2 * FILE_SHARE[format] * bytes;
}

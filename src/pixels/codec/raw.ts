import type { Sharp as Image } from 'sharp';
import { SrganError } from '../../system/errors.js';
import type { Pixels } from '../../contract/job.js';
import type { Sharp } from '../vips.js';
import type { Size } from '../../system/measures.js';

/** Pixels in any memory, as sharp reads and writes them. */
export interface Raster {
  readonly data: Uint8Array | Uint16Array;
  readonly widthPx: number;
  readonly pageHeightPx: number;
  readonly pages: number;
  readonly channels: 1 | 2 | 3 | 4;
}

/** Starts a sharp pipeline with these pixels. */
export function imageOf(
  sharp: Sharp,
  raster: Raster,
  data: Raster['data'] | Float32Array = raster.data,
): Image {
  const { widthPx, pageHeightPx, pages, channels } = raster;
  const height = pageHeightPx * pages;
  const paged = pages > 1 ? { pageHeight: pageHeightPx } : {};
  return sharp(data, {
    raw: { width: widthPx, height, channels, ...paged },
    pages: pages > 1 ? -1 : 1,
    limitInputPixels: false,
  });
}

/** Returns the colour space in which sharp does not convert samples of this layout. */
export function spaceOf(channels: number, bits: 8 | 16): 'b-w' | 'srgb' | 'grey16' | 'rgb16' {
  if (bits === 16) return channels < 3 ? 'grey16' : 'rgb16';
  return channels < 3 ? 'b-w' : 'srgb';
}

export function bitsOf({ data }: Pick<Raster, 'data'>): 8 | 16 {
  return data instanceof Uint16Array ? 16 : 8;
}

/**
 * Runs a pipeline and copies its samples to `into`.
 * @returns the output size, all pages together
 */
export async function renderInto(
  image: Image,
  into: Raster['data'],
  channels: number,
): Promise<{ width: number; height: number; samples: number }> {
  const bits = bitsOf({ data: into });
  // sharp outputs raw 8-bit gray with alpha only as RGB
  const space = channels === 2 && bits === 8 ? 'srgb' : spaceOf(channels, bits);
  const { data, info } = await image
    .toColourspace(space)
    .raw({ depth: bits === 16 ? 'ushort' : 'uchar' })
    .toBuffer({ resolveWithObject: true });
  const rendered = bits === 16 ? new Uint16Array(data.buffer, data.byteOffset, data.byteLength / 2) : data;
  const { width, height } = info;
  const samples = width * height * channels;
  if (samples > into.length) return { width, height, samples };
  if (info.channels === channels) into.set(rendered);
  else if (info.channels === 4 && channels === 2) packGray(rendered, into);
  else {
    const what = `${channels} channels from the decoder but received ${info.channels}`;
    throw new SrganError('E_INTERNAL', `Expected ${what}.`);
  }
  return { width, height, samples };
}

function packGray(rgba: Raster['data'], into: Raster['data']): void {
  for (let from = 0, to = 0; from < rgba.length; from += 4) {
    into[to++] = rgba[from] ?? 0;
    into[to++] = rgba[from + 3] ?? 0;
  }
}

/** Returns a view of the first page. */
export function firstPage(pixels: Pixels): Pixels {
  const samples = pixels.widthPx * pixels.pageHeightPx * pixels.channels;
  return { ...pixels, pages: 1, data: pixels.data.subarray(0, samples) };
}

/**
 * Returns a pipeline with these pixels resized to exactly this size per page, by lanczos3 with premultiplied alpha.
 * Pages do not mix. A single page is resized in bands while it is encoded. Meant for reducing the output of a network
 * with a larger factor: libvips enlarges off centre, and always by bicubic (libvips issue 4841).
 */
export async function resizedImage(sharp: Sharp, raster: Raster, size: Size): Promise<Image> {
  const { widthPx, heightPx } = size;
  if (raster.widthPx === widthPx && raster.pageHeightPx === heightPx) return imageOf(sharp, raster);
  const { pages, channels } = raster;
  if (pages === 1) return resizePage(sharp, raster, size);
  const pageSamples = raster.widthPx * raster.pageHeightPx * channels;
  const resizedSamples = widthPx * heightPx * channels;
  const length = resizedSamples * pages;
  const data = bitsOf(raster) === 16 ? new Uint16Array(length) : new Uint8Array(length);
  for (let i = 0; i < pages; i++) {
    const page = { ...raster, pages: 1, data: raster.data.subarray(i * pageSamples, (i + 1) * pageSamples) };
    const into = data.subarray(i * resizedSamples, (i + 1) * resizedSamples);
    await renderInto(resizePage(sharp, page, size), into, channels);
  }
  return imageOf(sharp, { data, widthPx, pageHeightPx: heightPx, pages, channels });
}

function resizePage(sharp: Sharp, page: Raster, { widthPx, heightPx }: Size): Image {
  // the 16-bit kernels of libvips do not sum to 1: white would become 65484
  const exact = page.data instanceof Uint16Array ? floatsOf(page.data) : page.data;
  const image = imageOf(sharp, page, exact);
  return image.resize(widthPx, heightPx, { fit: 'fill', kernel: 'lanczos3' });
}

/** Adds one half, since libvips truncates when it converts back to integers. */
function floatsOf(samples: Uint16Array): Float32Array {
  const floats = new Float32Array(samples.length);
  for (let i = 0; i < samples.length; i++) floats[i] = (samples[i] ?? 0) + 0.5;
  return floats;
}

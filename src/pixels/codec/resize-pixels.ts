import type { Sharp as Image } from 'sharp';
import type { Size } from '../../system/measures.js';
import { bitsOf, imageOf, renderInto, type Raster } from './raw.js';
import type { Sharp } from '../vips.js';

/**
 * A pipeline with these pixels at exactly this size per page, by lanczos3; colours are weighted by alpha, and
 * no page looks into the next. A single page is resized while it is encoded, in bands.
 * Meant for making smaller, after a network that went beyond the size: libvips enlarges off centre, and by
 * bicubic whatever the kernel (libvips issue 4841).
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
  // libvips' 16-bit kernels do not sum to 1: white would become 65484
  const exact = page.data instanceof Uint16Array ? floatsOf(page.data) : page.data;
  const image = imageOf(sharp, page, exact);
  return image.resize(widthPx, heightPx, { fit: 'fill', kernel: 'lanczos3' });
}

/** The half is there because libvips cuts the fraction off when it returns to integers. */
function floatsOf(samples: Uint16Array): Float32Array {
  const floats = new Float32Array(samples.length);
  for (let i = 0; i < samples.length; i++) floats[i] = (samples[i] ?? 0) + 0.5;
  return floats;
}

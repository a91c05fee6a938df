import { changedPart, openApngBody, pngStart } from '../../pixels/codec/png/png-file.js';
import { bitsOf } from '../../pixels/codec/raw.js';
import { prefixWithPath } from '../../system/cancellation.js';
import type { Carried, Job, Pixels } from '../../contract/job.js';
import type { Rect } from '../../contract/tiles.js';
import type { Run } from '../run.js';

/**
 * The pages as an animated PNG: of each frame what is not as in the one before. The same pixels give the same bytes.
 * @throws SrganError E_CANCELLED, E_ENCODE, E_WORKER_LOST
 */
export async function encodeApng(pixels: Pixels, carried: Carried, run: Run, job: Job): Promise<Buffer> {
  const { tiles, settings, signal, buffers } = run;
  const body = openApngBody(pixels.pages, carried.loop ?? 0);
  const parts: Uint8Array[] = [pngStart(pixels, bitsOf(pixels), carried)];
  try {
    for (let page = 0; page < pixels.pages; page += 1) {
      const rect = changedPart(pixels, page);
      const bytes = rect.widthPx * rect.heightPx * pixels.channels * pixels.data.BYTES_PER_ELEMENT;
      const shared = buffers.take(bytes);
      try {
        const part = cutOut(pixels, page, rect, shared);
        const bands = await tiles.deflate({ pixels: part, fast: settings.fastPng, signal });
        parts.push(...body.add(rect, carried.delay?.[page] ?? 0, bands));
      } finally {
        buffers.give(shared);
      }
    }
  } catch (error) {
    throw prefixWithPath(job.source.path, error);
  }
  return Buffer.concat([...parts, ...body.end()]);
}

function cutOut(pixels: Pixels, page: number, rect: Rect, shared: SharedArrayBuffer): Pixels {
  const { data, widthPx, pageHeightPx, channels } = pixels;
  const rowSamples = rect.widthPx * channels;
  const samples = rowSamples * rect.heightPx;
  const cut =
    data instanceof Uint16Array ? new Uint16Array(shared, 0, samples) : new Uint8Array(shared, 0, samples);
  for (let y = 0; y < rect.heightPx; y += 1) {
    const from = ((page * pageHeightPx + rect.yPx + y) * widthPx + rect.xPx) * channels;
    cut.set(data.subarray(from, from + rowSamples), y * rowSamples);
  }
  return { data: cut, widthPx: rect.widthPx, pageHeightPx: rect.heightPx, pages: 1, channels };
}

import { adapt, pagesKept, type Adapted } from '../../pixels/codec/adapt.js';
import { attach } from '../../pixels/codec/metadata/attach.js';
import { prefixWithPath, throwIfCancelled } from '../../system/cancellation.js';
import { encodeRaster, encodeOptions } from '../../pixels/codec/encoding.js';
import { fileFailure } from '../../pixels/codec/file-failures.js';
import { CAPABILITIES } from '../../pixels/codec/formats.js';
import { retainedMetadata } from '../../pixels/codec/metadata/carry.js';
import { joinParts, bufferSource } from '../../pixels/codec/byte-source.js';
import { openPngBody, pngStart, changedPart, openApngBody } from '../../pixels/codec/png/png-file.js';
import { bitsOf, firstPage, renderInto, resizedImage } from '../../pixels/codec/raw.js';
import { transparencyOf } from '../../pixels/transparency.js';
import { loadSharp } from '../../pixels/vips.js';
import { asSrganError, SrganError } from '../../system/errors.js';
import { readFile } from '../../system/files/fs.js';
import type { DecodedImage, Encoded, Job, Pixels, Upscaled, Carried } from '../../contract/job.js';
import type { Size } from '../../system/measures.js';
import type { Run } from '../run.js';
import { copySpilled, encodeSpilled } from '../spill/spill-encode.js';
import { tempFilesFor } from '../../system/files/temp-files.js';
import { withImageSignal, type Work } from './stage.js';
import type { Ticket } from '../ticket.js';
import type { Rect } from '../../contract/tiles.js';

/**
 * Resizes an image to its exact target size and encodes it with its metadata. Equal pixels give equal bytes. The
 * ticket gets a warning for everything that the format cannot hold.
 * @throws SrganError E_CANCELLED, E_ENCODE, E_WORKER_LOST, E_NOSPC, E_WRITE, and E_READ where a source
 * that is copied cannot be read
 */
export function encode(whole: Run): Work<Upscaled, Encoded> {
  return async (upscaled, ticket) => {
    const run = withImageSignal(whole, ticket);
    const { job } = upscaled;
    const { path } = job.source;
    throwIfCancelled(run.signal, path);
    const makeTemp = tempFilesFor(job.tempBeside, ticket);
    if (!('carried' in upscaled))
      return run.codec(() => (job.spill ? copySpilled(job, makeTemp) : copyOf(job)));
    try {
      checkSize(job);
      if ('spilled' in upscaled) return await encodeSpilled(upscaled, run, makeTemp, ticket.warnings);
      return await encoded(upscaled, run, ticket);
    } catch (error) {
      const what = `the result could not be encoded as ${job.format}`;
      throw asSrganError(error, 'E_ENCODE', `${path}: ${what}.`);
    }
  };
}

async function copyOf(job: Job): Promise<Encoded> {
  const { widthPx, heightPx } = job.header;
  try {
    return { job, bytes: await readFile(job.file), widthPx, heightPx };
  } catch (error) {
    throw fileFailure(job.file, error);
  }
}

async function encoded({ job, pixels, carried }: DecodedImage, run: Run, ticket: Ticket): Promise<Encoded> {
  const { format, targetWidthPx: widthPx, targetHeightPx: heightPx } = job;
  const frames = carried.delay !== undefined;
  const kept = pagesKept(pixels.pages, format, frames) < pixels.pages ? firstPage(pixels) : pixels;
  const bits = bitsOf(pixels);
  const transparency = transparencyOf(kept);
  const pixelBytes = widthPx * heightPx * pixels.pages * pixels.channels * (bits / 8);
  const picture = { pages: pixels.pages, bits, transparency, pixelBytes };
  const adapted = adapt(picture, retainedMetadata(carried, run.settings.strip, widthPx, heightPx), format);
  ticket.warnings.push(...adapted.warnings);
  const size = { widthPx, heightPx };
  if (format === 'png') {
    const exact = await atSize(kept, size, run, ticket);
    if (exact.pages > 1)
      return { job, bytes: await encodeApng(exact, adapted.carried, run, job), widthPx, heightPx };
    return { job, bytes: await pngInBands(exact, adapted, run, job), widthPx, heightPx };
  }
  const options = encodeOptions(job, carried, run.settings, pixelBytes);
  const bytes = await run.codec(async () => {
    throwIfCancelled(run.signal, job.source.path);
    const file = await encodeRaster(kept, size, adapted, format, options);
    return joinParts(file, attach(bufferSource(file), format, adapted.carried, { ...size, ...options }));
  });
  return { job, bytes, widthPx, heightPx };
}

/** The result lies in shared memory, since the workers encode it together. */
async function atSize(pixels: Pixels, size: Size, run: Run, ticket: Ticket): Promise<Pixels> {
  const { channels, data } = pixels;
  const { widthPx, heightPx: pageHeightPx } = size;
  if (pixels.widthPx === widthPx && pixels.pageHeightPx === pageHeightPx) return pixels;
  const samples = widthPx * pageHeightPx * channels * pixels.pages;
  const shared = run.buffers.take(samples * data.BYTES_PER_ELEMENT);
  ticket.defer(() => run.buffers.give(shared));
  const into =
    bitsOf(pixels) === 16 ? new Uint16Array(shared, 0, samples) : new Uint8Array(shared, 0, samples);
  await run.codec(async () => {
    throwIfCancelled(run.signal, ticket.source.path);
    await renderInto(await resizedImage(await loadSharp(), pixels, size), into, channels);
  });
  return { ...pixels, data: into, widthPx, pageHeightPx };
}

async function pngInBands(pixels: Pixels, { carried }: Adapted, run: Run, job: Job): Promise<Buffer> {
  try {
    const bands = await run.tiles.deflate({ pixels, fast: run.settings.fastPng, signal: run.signal });
    const body = openPngBody();
    const chunks = bands.flatMap((band) => body.add(band));
    return Buffer.concat([pngStart(pixels, bitsOf(pixels), carried), ...chunks, ...body.end()]);
  } catch (error) {
    throw prefixWithPath(job.source.path, error);
  }
}

function checkSize({ source, format, targetWidthPx, targetHeightPx }: Job): void {
  const { title, maxSidePx } = CAPABILITIES[format];
  if (Math.max(targetWidthPx, targetHeightPx) <= maxSidePx) return;
  const size = `${targetWidthPx}×${targetHeightPx}`;
  throw new SrganError(
    'E_ENCODE',
    `${source.path}: ${title} ends at ${maxSidePx} pixels a side, not at ${size}.`,
    {
      hint: 'Take a smaller size, or --format png.',
    },
  );
}

/**
 * Encodes the pages as an animated PNG in which each frame holds only what differs from the frame before. Equal pixels
 * give equal bytes.
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

import { adapt, pagesKept, type Adapted } from '../../pixels/codec/adapt.js';
import { attach } from '../../pixels/codec/metadata/attach.js';
import { prefixWithPath, throwIfCancelled } from '../../system/cancellation.js';
import { encodeRaster, encodeOptions } from '../../pixels/codec/encoding.js';
import { fileFailure } from '../../pixels/codec/file-failures.js';
import { CAPABILITIES } from '../../pixels/codec/formats.js';
import { retainedMetadata } from '../../pixels/codec/metadata/carry.js';
import { joinParts, bufferSource } from '../../pixels/codec/byte-source.js';
import { openPngBody, pngStart } from '../../pixels/codec/png/png-file.js';
import { bitsOf, firstPage, renderInto, resizedImage } from '../../pixels/codec/raw.js';
import { transparencyOf } from '../../pixels/transparency.js';
import { loadSharp } from '../../pixels/vips.js';
import { asSrganError, SrganError } from '../../system/errors.js';
import { readFile } from '../../system/files/fs.js';
import type { DecodedImage, Encoded, Job, Pixels, Upscaled } from '../../contract/job.js';
import type { Size } from '../../system/measures.js';
import type { Run } from '../run.js';
import { copySpilled, encodeSpilled } from '../spill/spill-encode.js';
import { tempFilesFor } from '../../system/files/temp-files.js';
import { encodeApng } from './encode-apng.js';
import { within } from './time-limit.js';
import type { Work } from './stage.js';
import type { Ticket } from '../ticket.js';

/**
 * Brings an image to its exact size and into its format, with what was carried beside the pixels. The same
 * pixels give the same bytes. What the format cannot hold is said in the ticket's warnings.
 * @throws SrganError E_CANCELLED, E_ENCODE, E_WORKER_LOST, E_NOSPC, E_WRITE, and E_READ where a source that is
 * copied can't be read
 */
export function encode(whole: Run): Work<Upscaled, Encoded> {
  return async (upscaled, ticket) => {
    const run = within(whole, ticket);
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

/** In memory that the workers share, as they encode it together. */
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

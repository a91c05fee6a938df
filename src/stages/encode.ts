import { readFile } from 'node:fs/promises';
import { adapt, type Adapted } from '../codec/adapt.js';
import { attach } from '../codec/attach.js';
import { attachToPng } from '../codec/attach/png.js';
import { named, throwIfCancelled } from '../codec/cancelled.js';
import { resizedExif } from '../codec/exif.js';
import { encodePixels } from '../codec/encode-pixels.js';
import { fileFailure } from '../codec/failures.js';
import { CAPABILITIES } from '../codec/formats.js';
import { PNG_END, pixelChunks, pngHead } from '../codec/png/png-file.js';
import { resizedXmp } from '../codec/xmp.js';
import { asSrganError, SrganError } from '../errors.js';
import type { Carried, DecodedImage, Encoded, Job, Pixels, Upscaled } from '../job.js';
import type { Run } from '../run.js';
import type { Ticket, Work } from './stage.js';

/**
 * Brings an image to its exact size and into its format, with what was carried beside the pixels. The same
 * pixels give the same bytes. What the format cannot hold is said in the ticket's warnings.
 * @throws SrganError E_CANCELLED, E_ENCODE, E_WORKER_LOST, and E_READ where a source that is copied can't be read
 */
export function encode(run: Run): Work<Upscaled, Encoded> {
  return async (upscaled, ticket) => {
    const { path } = upscaled.job.source;
    throwIfCancelled(run.signal, path);
    if (!('pixels' in upscaled)) return run.codec(() => copyOf(upscaled.job));
    try {
      return await encoded(upscaled, run, ticket);
    } catch (error) {
      const what = `the result could not be encoded as ${upscaled.job.format}`;
      throw asSrganError(error, 'E_ENCODE', `${path}: ${what}.`);
    }
  };
}

async function copyOf(job: Job): Promise<Encoded> {
  const { widthPx, heightPx } = job.header;
  try {
    return { job, bytes: await readFile(job.source.path), widthPx, heightPx };
  } catch (error) {
    throw fileFailure(job.source.path, error);
  }
}

async function encoded({ job, pixels, carried }: DecodedImage, run: Run, ticket: Ticket): Promise<Encoded> {
  const { format, targetWidthPx: widthPx, targetHeightPx: heightPx } = job;
  checkSize(job);
  const { strip } = run.settings;
  const wanted = strip ? onlyMeaning(carried) : resized(carried, widthPx, heightPx);
  const pixelBytes = widthPx * heightPx * pixels.pages * pixels.channels * pixels.data.BYTES_PER_ELEMENT;
  const adapted = adapt(pixels, wanted, format, pixelBytes);
  ticket.warnings.push(...adapted.warnings);
  const parts = isPngAsItIs(job, adapted.pixels)
    ? await pngInBands(adapted, run, job)
    : await throughVips(adapted, run, job, pixelBytes);
  const [only] = parts;
  return { job, bytes: only && parts.length === 1 ? only : Buffer.concat(parts), widthPx, heightPx };
}

/** No pixel is changed any more: our workers encode it together. */
function isPngAsItIs(
  { format, targetWidthPx, targetHeightPx }: Job,
  { widthPx, pageHeightPx }: Pixels,
): boolean {
  return format === 'png' && widthPx === targetWidthPx && pageHeightPx === targetHeightPx;
}

async function pngInBands({ pixels, carried }: Adapted, run: Run, job: Job): Promise<Uint8Array[]> {
  try {
    const bands = await run.tiles.deflate(pixels, run.signal);
    return [...attachToPng(pngHead(pixels), carried), ...pixelChunks(bands), PNG_END];
  } catch (error) {
    throw named(job.source.path, error);
  }
}

function throughVips(
  adapted: Adapted,
  run: Run,
  job: Job,
  pixelBytes: number,
): Promise<readonly Uint8Array[]> {
  const { format, quality, targetWidthPx: widthPx, targetHeightPx: heightPx } = job;
  const size = { widthPx, heightPx };
  const keepsLossless = format === 'webp' && adapted.carried.lossless === true && quality === undefined;
  const lossless = run.settings.lossless || keepsLossless;
  return run.codec(async () => {
    throwIfCancelled(run.signal, job.source.path);
    const file = await encodePixels(adapted, format, size, { quality, lossless, pixelBytes });
    return attach(file, format, adapted.carried, size);
  });
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

/** Without the profile the pixels, and without the timing the frames, mean nothing. */
function onlyMeaning({ icc, loop, delay, palette, lossless }: Carried): Carried {
  return { icc, loop, delay, palette, lossless };
}

function resized(carried: Carried, widthPx: number, heightPx: number): Carried {
  const { exif, xmp } = carried;
  return {
    ...carried,
    exif: exif && resizedExif(exif, widthPx, heightPx),
    xmp: xmp && resizedXmp(xmp, widthPx, heightPx),
  };
}

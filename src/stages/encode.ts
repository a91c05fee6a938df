import { readFile } from 'node:fs/promises';
import { adapt } from '../codec/adapt.js';
import { attach } from '../codec/attach.js';
import { throwIfCancelled } from '../codec/cancelled.js';
import { resizedExif } from '../codec/exif.js';
import { encodePixels } from '../codec/encode-pixels.js';
import { fileFailure } from '../codec/failures.js';
import { CAPABILITIES } from '../codec/formats.js';
import { resizedXmp } from '../codec/xmp.js';
import { asSrganError, SrganError } from '../errors.js';
import type { Carried, DecodedImage, Encoded, Job, Upscaled } from '../job.js';
import type { Run } from '../run.js';
import type { Ticket, Work } from './stage.js';

/**
 * Brings an image to its exact size and into its format, with what was carried beside the pixels. The same
 * pixels give the same bytes. What the format cannot hold is said in the ticket's warnings.
 * @throws SrganError E_CANCELLED, E_ENCODE, and E_READ where a source that is copied can't be read
 */
export function encode(run: Run): Work<Upscaled, Encoded> {
  return (upscaled, ticket) =>
    run.codec(async () => {
      const { path } = upscaled.job.source;
      throwIfCancelled(run.signal, path);
      if (!('pixels' in upscaled)) return copyOf(upscaled.job);
      try {
        return await encoded(upscaled, run, ticket);
      } catch (error) {
        const what = `the result could not be encoded as ${upscaled.job.format}`;
        throw asSrganError(error, 'E_ENCODE', `${path}: ${what}.`);
      }
    });
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
  const size = { widthPx, heightPx };
  checkSize(job);
  const { strip } = run.settings;
  const lossless =
    run.settings.lossless || (format === 'webp' && carried.lossless === true && job.quality === undefined);
  const wanted = strip ? onlyMeaning(carried) : resized(carried, widthPx, heightPx);
  const pixelBytes = widthPx * heightPx * pixels.pages * pixels.channels * pixels.data.BYTES_PER_ELEMENT;
  const adapted = adapt(pixels, wanted, format, pixelBytes);
  const file = await encodePixels(adapted, format, size, { quality: job.quality, lossless, pixelBytes });
  const parts = attach(file, format, adapted.carried, size);
  ticket.warnings.push(...adapted.warnings);
  return { job, bytes: parts.length === 1 ? file : Buffer.concat(parts), widthPx, heightPx };
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

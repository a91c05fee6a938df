import { readFile } from 'node:fs/promises';
import { adapt, pagesKept } from '../codec/adapt.js';
import { attach } from '../codec/attach.js';
import { throwIfCancelled } from '../codec/cancelled.js';
import { encodingOf } from '../codec/encoding.js';
import { fileFailure } from '../codec/failures.js';
import { fastPngFile } from '../codec/fast-png-file.js';
import { CAPABILITIES } from '../codec/formats.js';
import { keptOf } from '../codec/kept.js';
import { joined } from '../codec/parts.js';
import { bitsOf, firstPage } from '../codec/raw.js';
import { rasterOf, resizedImage } from '../codec/resize.js';
import { bufferSource } from '../codec/tiff-directory.js';
import { transparencyOf } from '../codec/transparency.js';
import { loadSharp } from '../codec/vips.js';
import { asSrganError, SrganError } from '../errors.js';
import type { DecodedImage, Encoded, Job, Upscaled } from '../job.js';
import type { Run } from '../run.js';
import { copySpilled, encodeSpilled } from '../spill/encode.js';
import { tempFilesFor } from '../spill/temp-files.js';
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
      const { job } = upscaled;
      const makeTemp = tempFilesFor(job.outputPath, ticket);
      if (!('carried' in upscaled)) return job.spill ? copySpilled(job, makeTemp) : copyOf(job);
      try {
        checkSize(job);
        if ('spilled' in upscaled)
          return await encodeSpilled(upscaled, run.settings, makeTemp, ticket.warnings);
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
  const { format, quality, targetWidthPx: widthPx, targetHeightPx: heightPx } = job;
  const size = { widthPx, heightPx };
  const { strip, lossless, fastPng } = run.settings;
  const isQuick = fastPng && format === 'png';
  const kept = pagesKept(pixels.pages, format) < pixels.pages ? firstPage(pixels) : pixels;
  const bits = bitsOf(pixels);
  const transparency = transparencyOf(kept);
  const pixelBytes = widthPx * heightPx * pixels.pages * pixels.channels * (bits / 8);
  const picture = { pages: pixels.pages, bits, transparency, pixelBytes };
  const adapted = adapt(picture, keptOf(carried, strip, widthPx, heightPx), format);
  const image = await resizedImage(await loadSharp(), kept, size);
  const samples = { channels: kept.channels, bits, pages: kept.pages };
  const wish = { quality, lossless, pixelBytes };
  const file = isQuick
    ? await fastPngFile(await rasterOf(image, kept, size))
    : await (await encodingOf(image, samples, adapted, format, wish)).toBuffer();
  ticket.warnings.push(...adapted.warnings);
  const bytes = joined(file, attach(bufferSource(file), format, adapted.carried, size));
  return { job, bytes, widthPx, heightPx };
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

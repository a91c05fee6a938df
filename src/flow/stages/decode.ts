import { headerOf, inspect, type Inspection } from '../../pixels/codec/inspect.js';
import { SrganError } from '../../system/errors.js';
import type { ImageHeader, Decoded, Job } from '../../contract/job.js';
import type { Settings } from '../../contract/options.js';
import { sizeText } from '../plan/format.js';
import { isDeepStrictEqual } from 'node:util';
import type { LimitFunction } from 'p-limit';
import { pngFrames } from '../../pixels/codec/png/animated-png.js';
import { bleed } from '../../pixels/transparency.js';
import { cancelled, throwIfCancelled } from '../../system/cancellation.js';
import { carriedOf } from '../../pixels/codec/metadata/carry.js';
import { readPixels } from '../../pixels/codec/read-pixels.js';
import type { Run } from '../run.js';
import { readSpilled } from '../spill/spill-decode.js';
import { tempFilesFor } from '../../system/files/temp-files.js';
import { startTimeLimit, withImageSignal, type Work } from './stage.js';
import type { Ticket } from '../ticket.js';

type Limits = Pick<Settings, 'maxPixels' | 'maxFrames' | 'maxInputBytes'>;

/**
 * Reads the header of an image without decoding pixels. The format follows from the content, not from the name.
 * @param limits.maxPixels limit of width × height × pages
 * @param limits.maxFrames limit of the pages
 * @param limits.maxInputBytes limit of the file's bytes
 * @throws SrganError E_NOT_FOUND, E_NOT_A_FILE, E_ACCESS, E_READ, E_EMPTY, E_UNSUPPORTED, E_DECODE,
 *   E_TRUNCATED, E_TOO_LARGE
 */
export async function readHeader(path: string, limits: Limits): Promise<ImageHeader> {
  const header = headerOf(await inspect(path, limits.maxInputBytes));
  const { widthPx, heightPx, pages } = header;
  if (pages > limits.maxFrames) {
    throw new SrganError(
      'E_TOO_LARGE',
      `${path}: has ${pages} frames or pages, over the limit of ${limits.maxFrames}.`,
      { hint: 'Raise it with --max-frames.' },
    );
  }
  if (widthPx * heightPx * pages > limits.maxPixels) {
    throw new SrganError(
      'E_TOO_LARGE',
      `${path}: is ${sizeText(header)}, over the limit of ${limits.maxPixels} pixels.`,
      {
        hint: 'Raise the limit with --max-pixels: what does not fit into --max-memory goes by way of the disk.',
      },
    );
  }
  return header;
}

/**
 * Waits for a free slot and for enough free memory, then reads the pixels and metadata of an image. Slot, memory and
 * buffer are released when the source has ended.
 * @throws SrganError E_CANCELLED, E_TRUNCATED, E_DECODE, E_UNSUPPORTED and what reading a header throws
 */
export function decode(run: Run): Work<Job, Decoded> {
  return async (job, ticket) => {
    ticket.defer(await placeIn(run.places));
    if (job.action === 'copy') return { job };
    const { path } = job.source;
    ticket.defer(await admission(run, job));
    startTimeLimit(ticket, run.settings.timeLimit, run.signal);
    return run.codec(async () => {
      throwIfCancelled(withImageSignal(run, ticket).signal, path);
      return read(run, job, ticket);
    });
  };
}

/** @returns a function that releases the slot */
function placeIn(places: LimitFunction): Promise<() => void> {
  return new Promise((resolve, reject) => {
    places(() => new Promise<void>((leave) => resolve(leave))).catch(reject);
  });
}

async function admission(run: Run, job: Job): Promise<() => void> {
  try {
    return await run.budget.take(job.predictedBytes, run.signal);
  } catch (error) {
    throw cancelled(job.source.path, error);
  }
}

async function read(run: Run, job: Job, ticket: Ticket): Promise<Decoded> {
  const { file: path, tempBeside } = job;
  const file = await inspect(path);
  if (!isDeepStrictEqual(headerOf(file), job.header)) {
    throw new SrganError('E_READ', `${path}: changed while it was being read.`);
  }
  const carried = carriedOf(path, file);
  if (job.spill && file.animation) {
    throw new SrganError('E_TOO_LARGE', `${path}: its frames do not fit into the memory for images.`, {
      hint: 'Raise it with --max-memory.',
    });
  }
  if (job.spill) {
    const makeTemp = tempFilesFor(tempBeside, ticket);
    const { spilled, oddity } = await readSpilled(path, file, tempBeside, makeTemp);
    ticket.warnings.push(...notesOn(path, file, oddity));
    return { job, spilled, carried };
  }
  const { pixels, oddity } = await readPixels(path, file, run.buffers, (buffer) =>
    ticket.defer(() => run.buffers.give(buffer)),
  );
  ticket.warnings.push(...notesOn(path, file, oddity));
  bleed(pixels);
  return { job, pixels, carried };
}

/** One sentence for each part of the file that its decoded pixels lack. */
function notesOn(
  path: string,
  { meta, previews, animation }: Inspection,
  oddity: string | undefined,
): string[] {
  const notes: string[] = [];
  if (oddity !== undefined) notes.push(`The decoder noted, without harm to the pixels: ${oddity}.`);
  if (previews > 0) notes.push(`Left out the ${previews} reduced copies that the file holds.`);
  if (meta.space === 'cmyk') notes.push('CMYK colours were converted to sRGB.');
  const frames = meta.format === 'png' && !animation ? pngFrames(path) : 1;
  if (frames > 1) {
    notes.push(
      `Only the still image was read, since the ${frames} frames are turned, too large or do not fit together.`,
    );
  }
  return notes;
}

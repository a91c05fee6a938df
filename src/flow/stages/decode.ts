import { isDeepStrictEqual } from 'node:util';
import type { LimitFunction } from 'p-limit';
import { pngFrames } from '../../pixels/codec/png/animated-png.js';
import { bleed } from '../../pixels/transparency.js';
import { cancelled, throwIfCancelled } from '../../system/cancellation.js';
import { carriedOf } from '../../pixels/codec/metadata/carry.js';
import { headerOf, inspect, type Inspection } from '../../pixels/codec/inspect.js';
import { readPixels } from '../../pixels/codec/read-pixels.js';
import { SrganError } from '../../system/errors.js';
import type { Decoded, Job } from '../../contract/job.js';
import type { Run } from '../run.js';
import { readSpilled } from '../spill/spill-decode.js';
import { tempFilesFor } from '../../system/files/temp-files.js';
import { beginTime, within } from './time-limit.js';
import type { Work } from './stage.js';
import type { Ticket } from '../ticket.js';

/**
 * Waits for a place, and until the memory that the image will hold is free, then reads its pixels and what goes
 * with them. Place, memory and buffer are given back when the source has ended.
 * @throws SrganError E_CANCELLED, E_TRUNCATED, E_DECODE, E_UNSUPPORTED and what reading a header throws
 */
export function decode(run: Run): Work<Job, Decoded> {
  return async (job, ticket) => {
    ticket.defer(await placeIn(run.places));
    if (job.action === 'copy') return { job };
    const { path } = job.source;
    ticket.defer(await admission(run, job));
    beginTime(ticket, run.settings.timeLimit, run.signal);
    return run.codec(async () => {
      throwIfCancelled(within(run, ticket).signal, path);
      return read(run, job, ticket);
    });
  };
}

/** @returns gives the place back */
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

/** What of a file is not in its pixels as they were read, one sentence each. */
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

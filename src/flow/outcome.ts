import { SrganError } from '../system/errors.js';
import type { Outcome, Status } from '../contract/job.js';
import type { Ticket } from './ticket.js';

/** The record of a source that has ended. */
export function outcomeOf(ticket: Ticket): Outcome {
  const { source, job, end } = ticket;
  if (!end) throw new SrganError('E_INTERNAL', `${source.path}: reached the end without an outcome.`);
  const error = 'error' in end ? end.error : undefined;
  const written = 'written' in end ? end.written : undefined;
  const planned = end.status === 'planned' ? job : undefined;
  const status: Status = end.status;
  return {
    index: source.index,
    src: source.path,
    dst: written?.path ?? job?.outputPath,
    status,
    tries: source.again?.tries,
    code: error?.code,
    message: error?.message,
    hint: error?.hint,
    reason: 'reason' in end ? end.reason : undefined,
    warnings: ticket.warnings,
    inputWidthPx: job?.header.widthPx,
    inputHeightPx: job?.header.heightPx,
    pages: job?.header.pages,
    outputWidthPx: written?.widthPx ?? planned?.targetWidthPx,
    outputHeightPx: written?.heightPx ?? planned?.targetHeightPx,
    outputBytes: written?.bytes,
    format: planned?.format,
    predictedBytes: planned?.predictedBytes,
    spilled: job?.spill,
    model: job?.action === 'upscale' ? job.model : undefined,
    modelBecause: job?.action === 'upscale' ? job.modelBecause : undefined,
    passes: job?.action === 'upscale' ? job.passes : undefined,
    ms: ticket.ms,
    extra: source.extra,
    error,
  };
}

/** An outcome as plain data; the caller's own keys come first, so that ours win. */
export function recordOf({ extra, ms, ...record }: Outcome): Record<string, unknown> {
  const rounded = Object.fromEntries(
    Object.entries(ms).map(([name, spent]) => [name, Math.round(spent * 100) / 100]),
  );
  return { ...extra, ...record, ms: rounded, error: undefined };
}

import { formatBytes, count, duration, rate } from '../system/measures.js';
import type { ShardFigures, Summary, TimedPart, Failure } from '../flow/summary.js';
import { unreadSentence } from '../places/find/image-names.js';
import { inspect } from 'node:util';
import type { Outcome } from '../contract/job.js';
import { visible, type Paint } from './terminal-text.js';

const SHOWN_PARTS: readonly TimedPart[] = ['decode', 'infer', 'encode', 'write', 'waiting'];

/** Returns the final lines of a run, except failures. */
export function summaryLines(summary: Summary, detail: { verbose: boolean }): string[] {
  return [[headline(summary), ...otherCounts(summary)].join(', ') + '.', ...figureLines(summary, detail)];
}

/** Returns the lines about time, memory and throughput. */
export function figureLines(summary: Summary, { verbose }: { verbose: boolean }): string[] {
  const { counts, inputPixels, inputMpxPerSecond, ms, threads, busyShare } = summary;
  const lines: string[] = summary.shard ? [shardLine(summary, summary.shard)] : [];
  const passedOver = unreadSentence(summary.passedOver);
  if (passedOver !== undefined) lines.push(passedOver);
  if (counts.done > 0) {
    const parts = SHOWN_PARTS.map((part) => `${part} ${duration(ms[part])}`).join(', ');
    lines.push(
      `${(inputPixels / 1e6).toFixed(2)} Mpx of input at ${rate(inputMpxPerSecond)} Mpx/s.`,
      `Time, summed over images and ${count(threads, 'thread')}: ${parts}.`,
      `Workers busy ${Math.round(100 * busyShare)} %, peak memory ${formatBytes(summary.peakRssBytes)}.`,
    );
    if (verbose) lines.push(memoryLine(summary));
  }
  const { estimate } = summary;
  if (estimate && counts.planned > 0) {
    lines.push(`Images in flight will hold at most ${formatBytes(estimate.inFlightBytes)} of memory.`);
    if (estimate.ms !== undefined) {
      lines.push(`The networks will take about ${duration(estimate.ms)} at the speed measured just now.`);
    }
  }
  if (counts.planned > 0) lines.push('Nothing was written: this was a dry run.');
  return lines;
}

/** Returns the last line of a batch: `Processed 98 of 100 images in 12.34 s (1 skipped, 1 failed)`. */
export function batchLine({ counts, sources, total = sources, elapsedMs }: Summary): string {
  const { done, copied, skipped, failed } = counts;
  const time = `${(elapsedMs / 1000).toFixed(2)} s`;
  return `Processed ${done + copied} of ${total} images in ${time} (${skipped} skipped, ${failed} failed)`;
}

function headline({ counts: { done, planned }, elapsedMs }: Summary): string {
  if (planned > 0) return `Planned ${count(planned, 'image')}`;
  return `Upscaled ${count(done, 'image')} in ${duration(elapsedMs)}`;
}

/** Returns `Shard 2 of 5: 120 images; 480 belong to other shards.` */
function shardLine(
  { sources, total = sources }: Summary,
  { index, count: shards, others }: ShardFigures,
): string {
  return `Shard ${index} of ${shards}: ${count(total, 'image')}; ${others} belong to other shards.`;
}

/** Returns `Images in flight held at most 12.0 MiB of 1.0 GiB. Pixel buffers: 38 of 50 reused, 41.0 MiB held.` */
function memoryLine({ budget, buffers }: Summary): string {
  const granted = `${formatBytes(budget.peakBytes)} of ${formatBytes(budget.totalBytes)}`;
  const reused = `${buffers.reused} of ${buffers.taken} reused, ${formatBytes(buffers.heldBytes)} held`;
  return `Images in flight held at most ${granted}. Pixel buffers: ${reused}.`;
}

function otherCounts({ counts, warnings }: Summary): string[] {
  const named = [
    [counts.copied, 'copied'],
    [counts.skipped, 'skipped'],
    [counts.failed, 'failed'],
    [counts.cancelled, 'left undone'],
  ] as const;
  const parts = named.filter(([n]) => n > 0).map(([n, word]) => `${n} ${word}`);
  return warnings > 0 ? [...parts, count(warnings, 'warning')] : parts;
}

/** Lists the first failures one by one, and the others as counts. */
export function failureLines(summary: Summary, errorsLog: string | undefined, paint: Paint): string[] {
  const { failures, counts, stopped } = summary;
  const lines = stopped ? [paint.red(stopped.message)] : [];
  if (counts.failed === 0) return lines;
  const unseen = counts.failed - failures.first.length;
  lines.push(paint.red(`${count(counts.failed, 'failure')}:`));
  lines.push(
    ...failures.first.flatMap((failure, i) => failureOf(failure, failures.first.slice(0, i), paint)),
  );
  if (unseen > 0) {
    const codes = Object.entries(failures.byCode).map(([code, n]) => `${code} ${n}`);
    lines.push(`  and ${unseen} more; in all ${codes.join(', ')}.`);
  }
  if (errorsLog) lines.push(`  All of them are in ${visible(errorsLog)}.`);
  else if (unseen > 0) lines.push('  Use --errors-log FILE to get all of them.');
  return lines;
}

/** Omits a hint that was shown before. */
function failureOf(
  { src, code, message, hint }: Failure,
  before: readonly Failure[],
  paint: Paint,
): string[] {
  const line = `  ${paint.red(code)} ${visible(withSource(src, message))}`;
  if (hint === undefined || before.some((failure) => failure.hint === hint)) return [line];
  return [line, `    ${paint.dim(visible(hint))}`];
}

export const warningLines = ({ src, warnings }: Outcome, paint: Paint): string[] =>
  warnings.map((warning) => `${paint.yellow('warning')} ${visible(withSource(src, warning))}`);

/** Puts the name of the source in front of a sentence that does not contain it. */
export const withSource = (src: string, sentence: string): string =>
  sentence.includes(src) ? sentence : `${src}: ${sentence}`;

/** Returns the lines that `-v` prints for each source. */
export function detailLines(outcome: Outcome, paint: Paint): string[] {
  const { src, dst, status, code, message = '', reason, error } = outcome;
  const lines = warningLines(outcome, paint);
  if (status === 'failed' || status === 'cancelled') {
    lines.push(`${paint.red(code ?? status)} ${visible(withSource(src, message))}`);
    lines.push(...causes(error).map((cause) => `  ${paint.dim(cause)}`));
  } else {
    const result = reason === undefined ? ` → ${dst ?? ''}${networkReason(outcome)}` : `: ${reason}`;
    lines.push(`${paint.green(status)} ${visible(src + result)} ${paint.dim(stageTimes(outcome))}`.trimEnd());
  }
  return lines;
}

/** Returns the network and the reason, if srgan chose it. */
function networkReason({ model, modelBecause: because }: Outcome): string {
  return because === undefined ? '' : ` by ${model ?? ''} (${because})`;
}

/** Returns the messages of the chain of causes of an error. */
export function causes(error: unknown): string[] {
  const lines: string[] = [];
  const seen = new Set<unknown>([error]);
  let cause = error instanceof Error ? error.cause : undefined;
  while (cause !== undefined && !seen.has(cause)) {
    seen.add(cause);
    lines.push(
      `cause: ${visible(cause instanceof Error ? `${cause.name}: ${cause.message}` : inspect(cause))}`,
    );
    cause = cause instanceof Error ? cause.cause : undefined;
  }
  return lines;
}

function stageTimes({ ms }: Outcome): string {
  const parts = Object.entries(ms).map(([name, spent]) => `${name} ${duration(spent)}`);
  return parts.length > 0 ? `(${parts.join(', ')})` : '';
}

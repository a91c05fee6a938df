import { formatBytes, count, duration, rate } from '../system/measures.js';
import type { ShardFigures, Summary, TimedPart } from '../flow/summary.js';
import { unreadSentence } from '../places/find/image-names.js';

const SHOWN_PARTS: readonly TimedPart[] = ['decode', 'infer', 'encode', 'write', 'waiting'];

/** The closing lines of a run, failures apart. */
export function summaryLines(summary: Summary, detail: { verbose: boolean }): string[] {
  return [[whatWasDone(summary), ...others(summary)].join(', ') + '.', ...figureLines(summary, detail)];
}

/** What it took. */
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

/** `Processed 98 of 100 images in 12.34 s (1 skipped, 1 failed)`: the last line of a batch. */
export function batchLine({ counts, sources, total = sources, elapsedMs }: Summary): string {
  const { done, copied, skipped, failed } = counts;
  const time = `${(elapsedMs / 1000).toFixed(2)} s`;
  return `Processed ${done + copied} of ${total} images in ${time} (${skipped} skipped, ${failed} failed)`;
}

function whatWasDone({ counts: { done, planned }, elapsedMs }: Summary): string {
  if (planned > 0) return `Planned ${count(planned, 'image')}`;
  return `Upscaled ${count(done, 'image')} in ${duration(elapsedMs)}`;
}

/** `Shard 2 of 5: 120 images; 480 are those of other shards.` */
function shardLine(
  { sources, total = sources }: Summary,
  { index, count: shards, others }: ShardFigures,
): string {
  return `Shard ${index} of ${shards}: ${count(total, 'image')}; ${others} are those of other shards.`;
}

/** `Images in flight held at most 12.0 MiB of 1.0 GiB. Pixel buffers: 38 of 50 reused, 41.0 MiB held.` */
function memoryLine({ budget, buffers }: Summary): string {
  const granted = `${formatBytes(budget.peakBytes)} of ${formatBytes(budget.totalBytes)}`;
  const reused = `${buffers.reused} of ${buffers.taken} reused, ${formatBytes(buffers.heldBytes)} held`;
  return `Images in flight held at most ${granted}. Pixel buffers: ${reused}.`;
}

function others({ counts, warnings }: Summary): string[] {
  const named = [
    [counts.copied, 'copied'],
    [counts.skipped, 'skipped'],
    [counts.failed, 'failed'],
    [counts.cancelled, 'left undone'],
  ] as const;
  const parts = named.filter(([n]) => n > 0).map(([n, word]) => `${n} ${word}`);
  return warnings > 0 ? [...parts, count(warnings, 'warning')] : parts;
}

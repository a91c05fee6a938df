import { formatBytes } from '../measures.js';
import type { Summary, TimedPart } from './summary.js';
import { count, duration, rate } from './units.js';

const SHOWN_PARTS: readonly TimedPart[] = ['decode', 'infer', 'encode', 'write', 'waiting'];

/** The closing lines of a run, failures apart. */
export function summaryLines(summary: Summary, { verbose }: { verbose: boolean }): string[] {
  const { counts, inputPixels, inputMpxPerSecond, elapsedMs, ms, threads, busyShare } = summary;
  const lines = [[whatWasDone(summary), ...others(summary)].join(', ') + '.'];
  if (counts.done > 0) {
    const parts = SHOWN_PARTS.map((part) => `${part} ${duration(ms[part])}`).join(', ');
    lines.push(
      `${(inputPixels / 1e6).toFixed(2)} Mpx of input at ${rate(inputMpxPerSecond)} Mpx/s.`,
      `Time, summed over images and ${count(threads, 'worker')}: ${parts}.`,
      `Workers busy ${Math.round(100 * busyShare)} %, peak memory ${formatBytes(summary.peakRssBytes)}.`,
    );
    if (verbose) lines.push(memoryLine(summary));
  }
  if (counts.planned > 0) lines.push('Nothing was written: this was a dry run.');
  return lines;

  function whatWasDone({ counts: { done, planned } }: Summary): string {
    if (planned > 0) return `Planned ${count(planned, 'image')}`;
    return `Upscaled ${count(done, 'image')} in ${duration(elapsedMs)}`;
  }
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
